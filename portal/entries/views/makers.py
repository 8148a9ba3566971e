"""The task of makers and cast: rows that are added, moved and removed without JavaScript too."""

from __future__ import annotations

from flask import Response, request
from flask.typing import ResponseReturnValue

from portal import policies
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.fields import CREDIT_ROLES
from portal.entries.models import CreditRole, Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid, Stale
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy

_ = translate
MOST_CREDITS = 100
Lines = list[tuple[CreditRole, str, str]]


@bp.get("/entries/<number>/credits", endpoint="credits")
@guard(policies.own_entry, load=queries.entry_by_number)
def credits_task(entry: Entry) -> Response:
    """Who made the film, and who is in it."""
    lines = service.credit_lines(current.session(), entry.id)
    return _credits_page(entry, lines or [(CreditRole.DIRECTOR, "", "")], seen=service.credits_stamp(lines))


@bp.post("/entries/<number>/credits")
@guard(policies.own_entry, load=queries.entry_by_number)
def save_credits(entry: Entry) -> ResponseReturnValue:
    """Keep the rows; the buttons that add, remove or move one answer with the page, unsaved."""
    lines, seen = _posted_lines(), request.form.get("rev", "")
    if _rearranged(lines):
        return _credits_page(entry, lines, seen=seen)
    filled = [line for line in lines if line[1] or line[2]]
    problem = _credits_problem(filled)
    if problem:
        return _credits_page(entry, lines, seen=seen, status=422, problem=problem)
    try:
        service.save_credits(current.session(), entry, filled, seen=seen, by=current.actor(), at=current.arrived_at())
    except Stale as stale:
        theirs = stale.theirs["credits"]
        return _credits_page(entry, lines, seen=service.credits_stamp(theirs), status=409, theirs=theirs)
    except Invalid as invalid:
        return _credits_page(entry, lines, seen=seen, status=422, problem=("main", invalid.message))
    return frame.onward(entry, Task.CREDITS, later="later" in request.form)


def _posted_lines() -> Lines:
    lists = (request.form.getlist(name)[:MOST_CREDITS] for name in ("role", "native", "latin"))
    return [(_role(role), _one_line(native), _one_line(latin)) for role, native, latin in zip(*lists, strict=False)]


def _role(text: str) -> CreditRole:
    return next((role for role in CreditRole if role == text), CreditRole.OTHER)


def _one_line(text: str) -> str:
    return tidy(text).replace("\n", " ")


def _rearranged(lines: Lines) -> bool:
    form = request.form
    if "add" in form:
        lines.append((CreditRole.OTHER, "", ""))
        return True
    for name in ("remove", "up", "down"):
        place = form.get(name, "")
        if place.isdecimal() and int(place) < len(lines):
            _move(lines, int(place), name)
            return True
    return False


def _move(lines: Lines, place: int, how: str) -> None:
    line = lines.pop(place)
    if how == "up":
        lines.insert(max(0, place - 1), line)
    elif how == "down":
        lines.insert(place + 1, line)


def _credits_problem(lines: Lines) -> tuple[str, str] | None:
    for n, (_role, native, latin) in enumerate(lines):
        if not native:
            return f"native-{n}", _("Write the name in its own script.")
        if len(native) > 200 or len(latin) > 200:
            return f"native-{n}", _("Shorten this name to 200 characters.")
    return None


def _credits_page(
    entry: Entry,
    lines: Lines,
    *,
    seen: str,
    status: int = 200,
    problem: tuple[str, str] | None = None,
    theirs: Lines | None = None,
) -> Response:
    roles = [(role.value, _(name)) for role, name in CREDIT_ROLES.items()]
    return frame.task_page(
        entry, Task.CREDITS, status=status, lines=lines, seen=seen, roles=roles, problem=problem, theirs=theirs
    )
