"""The tasks made of texts and ticks: about the film, rights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import clock, i18n, policies
from portal.entries import checklist, fields, merge, queries, service
from portal.entries.checklist import Task
from portal.entries.forms import InfoForm, RightsForm
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.errors import Invalid, Stale
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard

_ = translate


@bp.get("/entries/<number>/info")
@guard(policies.own_entry, load=queries.entry_by_number)
def info(entry: Entry) -> Response:
    """Titles, logline, synopsis, statement, country, language, genre."""
    texts = fields.texts_of(entry)
    return _info_page(entry, InfoForm(formdata=None, data=texts), seen=merge.stamp(texts))


@bp.post("/entries/<number>/info")
@guard(policies.own_entry, load=queries.entry_by_number)
def save_info(entry: Entry) -> ResponseReturnValue:
    """Keep the texts: by autosave whatever is sound, by the button when what is required is there."""
    form = InfoForm(formdata=_settled(entry))
    sound = form.validate()
    seen = request.form.get("rev", "")
    autosave, later = "X-Autosave" in request.headers, "later" in request.form
    if not (sound or autosave):
        return _info_page(entry, form, seen=seen, status=422)
    try:
        service.edit(current.session(), entry, form.sound(), seen=seen, by=current.actor(), at=current.arrived_at())
    except Stale as stale:
        return _conflict(entry, form, stale)
    except Invalid as problem:
        form.blame(problem)
        return _info_page(entry, form, seen=seen, status=422)
    if autosave:
        return _saved(form)
    if _is_choice():
        return redirect(url_for("entries.info", number=entry.number))
    return _require_answers(entry, form, seen) or frame.onward(entry, Task.INFO, later=later)


def _settled(entry: Entry) -> MultiDict[str, str]:
    """The posted texts; of a settled conflict, each field's chosen side."""
    posted = request.form
    if not _is_choice():
        return posted
    texts = fields.texts_of(entry)
    mine = {name: posted.get(f"mine-{name}", "") for name in texts if posted.get(f"choice-{name}") == "mine"}
    return MultiDict(texts | mine)


def _require_answers(entry: Entry, form: InfoForm, seen: str) -> Response | None:
    """The page again, naming what is still empty, unless the writer means to carry on later."""
    if "later" in request.form or "next" not in request.form:
        return None
    gaps = {gap.field: gap.sentence for gap in checklist.gaps_of(Task.INFO, fields.texts_of(entry))}
    for name, sentence in gaps.items():
        form[name].errors = [sentence]
    return _info_page(entry, form, seen=seen, status=422) if gaps else None


def _info_page(entry: Entry, form: InfoForm, *, seen: str, status: int = 200, **context: Any) -> Response:
    required = checklist.required_texts(form.country.data or entry.country)
    return frame.task_page(
        entry, Task.INFO, status=status, form=form, seen=seen, required=required, limits=fields.LIMITS, **context
    )


def _saved(form: InfoForm) -> ResponseReturnValue:
    errors = {name: str(field.errors[0]) for name, field in form._fields.items() if field.errors}
    time = i18n.clock_time(clock.now())
    rev = merge.restamp(form.sound(), request.form.get("rev", ""))
    return {"rev": rev, "time": time, "errors": errors}


def _is_choice() -> bool:
    return any(name.startswith("choice-") for name in request.form)


@dataclass(frozen=True, slots=True)
class Conflict:
    """Who changed the entry meanwhile, and the fields both sides changed."""

    who: str
    when: str
    rows: list[tuple[str, str, str, str]]
    carry: dict[str, str]
    seen: str


def _conflict(entry: Entry, form: InfoForm, stale: Stale) -> Response:
    found = _describe_conflict(entry, form, stale)
    if "X-Autosave" in request.headers:
        return make_response(render_template("entries/conflict.html", entry=entry, conflict=found), 409)
    # The form shows what this person touched over what is stored now; saving it takes back nothing of the others'.
    return _info_page(entry, _over_stored(entry, form), seen=found.seen, status=409, conflict=found)


def _over_stored(entry: Entry, form: InfoForm) -> InfoForm:
    now = fields.texts_of(entry)
    touched = merge.merge(form.sound(), now, request.form.get("rev", "")).changes
    return InfoForm(formdata=None, data={**now, **touched})


def _describe_conflict(entry: Entry, form: InfoForm, stale: Stale) -> Conflict:
    now, mine = fields.texts_of(entry), form.sound()
    merged = merge.merge(mine, now, request.form.get("rev", ""))
    last = queries.last_edit(current.session(), entry)
    person = last[0] if last else None
    return Conflict(
        who=person.shown_in(i18n.language()) if person else _("Somebody"),
        when=frame.ago(last[1]) if last else "",
        rows=[(name, _(fields.NAMES[name]), mine[name], text) for name, text in stale.theirs.items()],
        carry={name: text for name, text in merged.changes.items() if name not in stale.theirs},
        seen=merge.stamp(now),
    )


@bp.get("/entries/<number>/rights")
@guard(policies.own_entry, load=queries.entry_by_number)
def rights(entry: Entry) -> Response:
    """Music, fonts and everything else that is not the makers' own."""
    return _rights_page(
        entry, RightsForm(formdata=None, data=service.rights_of(entry)), seen=service.rights_stamp(entry)
    )


@bp.post("/entries/<number>/rights")
@guard(policies.own_entry, load=queries.entry_by_number)
def save_rights(entry: Entry) -> ResponseReturnValue:
    """Keep what the makers say about rights."""
    form, seen = RightsForm(), request.form.get("rev", "")
    ticks = {name: bool(form[name].data) for name in service.rights_of(entry)}
    try:
        service.save_rights(current.session(), entry, ticks, seen=seen, by=current.actor(), at=current.arrived_at())
    except Invalid as problem:
        form.blame(problem)
        return _rights_page(entry, form, seen=seen, status=422)
    if "X-Autosave" in request.headers:
        return {"rev": service.rights_restamp(ticks, seen), "time": i18n.clock_time(clock.now()), "errors": {}}
    return frame.onward(entry, Task.RIGHTS, later="later" in request.form)


def _rights_page(entry: Entry, form: RightsForm, *, seen: str, status: int = 200) -> Response:
    return frame.task_page(entry, Task.RIGHTS, status=status, form=form, seen=seen)
