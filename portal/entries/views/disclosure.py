"""The task of disclosing AI: the form with autosave, its live label, and the choice between two people's answers."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import clock, i18n, policies, signing
from portal.disclosure import borrowing, telling
from portal.disclosure import queries as disclosures
from portal.disclosure import service as disclosing
from portal.disclosure.answers import SECTIONS, Answers, rebased, stamp, taken
from portal.disclosure.codes import Degree, Scope
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.ai_page import Draft, draft_of, form_page, missing_fields, preview
from portal.entries.views.blueprint import bp
from portal.entries.views.files import reel_of
from portal.entries.views.forms import MOST_SHOT_LETTERS, DisclosureForm
from portal.errors import Invalid, Stale
from portal.i18n import translate
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate
# What a conflict's own form brings along, besides the answers it carries.
_OWN = ("csrf_token", "rev", "choice-")
_STEPS = ("add_tool", "add_person", "add_source", "borrow", "drop", "rest", "read_shots", "keep")


def _draft(entry: Entry) -> Draft:
    film = (request.view_args or {}).get("film", "")
    draft = draft_of(entry, film)
    if film and film not in [head.code for head in draft.heads]:
        abort(404)
    return draft


@bp.get("/entries/<number>/ai")
@bp.get("/entries/<number>/ai/films/<film>")
@guard(policies.own_entry, load=queries.entry_beside)
def ai(entry: Entry) -> Response:
    """Where and how much AI was used, as stored; in an omnibus film by film."""
    draft = _draft(entry)
    form = DisclosureForm.showing(draft.shown, draft.sections)
    if not form.tools.entries:
        form.tools.append_entry()
    return form_page(draft, form, draft.shown, seen=stamp(draft.stored))


@bp.post("/entries/<number>/ai")
@bp.post("/entries/<number>/ai/films/<film>")
@guard(policies.own_entry, load=queries.entry_beside)
def save_ai(entry: Entry) -> ResponseReturnValue:
    """Keep the answers: by autosave and the small buttons whatever is sound, by the button when nothing is missing."""
    draft, seen = _draft(entry), request.form.get("rev", "")
    form = _posted(draft)
    sound = form.validate()
    step = next((name for name in _STEPS if name in request.form), None)
    autosave = "X-Autosave" in request.headers
    if not (sound or autosave or step):
        errors = {**missing_fields(draft, form.answers(draft.stored)), **form.wrong_shapes()}
        return form_page(draft, form, seen=seen, status=422, errors=errors)
    try:
        _keep(draft, form, seen)
    except Stale as stale:
        return _conflict(draft, form, stale)
    except Invalid as problem:
        return form_page(draft, form, seen=seen, status=422, errors={"main": problem.message})
    if autosave:
        return _saved(draft, form)
    if step:
        return _again(draft, form, step)
    return _require_answers(draft, form, seen) or _onward(draft)


def _posted(draft: Draft) -> DisclosureForm:
    formdata = MultiDict(request.form)
    if "rest" in formdata:
        for scope in Scope:
            formdata.setdefault(f"degree-{scope}", Degree.N.value)
    sent = request.files.get("shots_file")
    if sent and sent.filename:
        formdata["shots"] = sent.read(4 * MOST_SHOT_LETTERS).decode("utf-8", "replace")
        formdata["method"] = "TIMECODES"
    return DisclosureForm.posted(formdata, draft.sections, draft.timing)


def _keep(draft: Draft, form: DisclosureForm, seen: str) -> None:
    session = current.session()
    service.require_disclosable(session, draft.entry, at=current.arrived_at())
    draft.known.disclosure = disclosure = disclosing.of_entry(session, draft.entry.id)
    stored = draft.stored
    answers = taken(stored, _theirs(), over=form.answers(stored))
    master = draft.facts.master_sha256 if request.form.get("film") == draft.facts.master_sha256 else None
    disclosing.save_draft(
        session, disclosure, answers, rev=seen, by=current.actor(), film_sha256=master, film=draft.film
    )


def _theirs() -> tuple[str, ...]:
    return tuple(section for section in SECTIONS if request.form.get(f"choice-{section}") == "theirs")


def _saved(draft: Draft, form: DisclosureForm) -> ResponseReturnValue:
    errors = {**missing_fields(draft, draft.stored), **form.wrong_shapes()}
    return {"rev": _restamped(draft, form), "time": i18n.clock_time(clock.now()), "errors": errors}


def _again(draft: Draft, form: DisclosureForm, step: str) -> Response:
    """The page once more after a small button, with a new row where one was asked for."""
    answers, seen = form.answers(draft.shown), _restamped(draft, form)
    if step == "borrow":
        answers = _borrowed(draft, answers)
        form = DisclosureForm.showing(answers, draft.sections)
    if step == "add_tool" or not form.tools.entries:
        form.tools.append_entry()
    if step == "add_person":
        form.performers.append_entry({"code": signing.random_code()})
    if step == "add_source":
        form.sources.append_entry()
    return form_page(draft, form, answers, seen=seen, errors=form.wrong_shapes())


def _borrowed(draft: Draft, answers: Answers) -> Answers:
    lent = borrowing.latest(current.session(), current.actor().person_id, besides=draft.entry.id)
    return borrowing.with_lent(answers, lent) if lent else answers


def _restamped(draft: Draft, form: DisclosureForm) -> str:
    """The stamp of a form that stays open: of what it shows, or it would take back what others stored."""
    return rebased(request.form.get("rev", ""), form.answers(draft.stored), form.sound())


def _require_answers(draft: Draft, form: DisclosureForm, seen: str) -> ResponseReturnValue | None:
    """Back to a settled conflict's form, or the page naming what is missing, unless one means to carry on later."""
    if any(name.startswith("choice-") for name in request.form):
        return redirect(url_for("entries.ai", number=draft.entry.number, film=draft.film or None), 303)
    errors = {} if "later" in request.form else missing_fields(draft, draft.stored)
    return form_page(draft, form, seen=seen, status=422, errors=errors) if errors else None


def _onward(draft: Draft) -> ResponseReturnValue:
    """To the next task, from a film of an omnibus to the list of them, from an amendment to where it is handed in."""
    if draft.amending and "later" not in request.form and not draft.film:
        return redirect(url_for("entries.changes", number=draft.entry.number), 303)
    if draft.film and "later" not in request.form:
        return redirect(url_for("entries.ai", number=draft.entry.number) + "#films", 303)
    return frame.onward(draft.entry, Task.AI, later="later" in request.form)


@bp.post("/entries/<number>/ai/preview")
@bp.post("/entries/<number>/ai/films/<film>/preview")
@guard(policies.own_entry, load=queries.entry_beside)
def preview_ai(entry: Entry) -> Response:
    """The public label these answers would give, in both languages, the shot map, and how they fare in the category."""
    draft = _draft(entry)
    form = _posted(draft)
    form.validate()
    shown = preview(draft, form.answers(draft.shown))
    return page("disclosure/preview.html", **shown, reel=reel_of(entry) if shown["maps"] else None)


def _conflict(draft: Draft, form: DisclosureForm, stale: Stale) -> Response:
    assert draft.disclosure is not None
    now, mine = draft.stored, form.answers(draft.stored)
    last = disclosures.last_edit(current.session(), draft.disclosure.id)
    context: dict[str, Any] = {
        "who": last[0].shown_in(i18n.language()) if last and last[0] else _("Somebody"),
        "when": frame.ago(last[1]) if last else "",
        "rows": [
            (one, telling.title_of(one), telling.in_words(mine, one), telling.in_words(now, one))
            for one in stale.theirs
        ],
        "carry": [item for item in request.form.items(multi=True) if not item[0].startswith(_OWN)],
        "seen": rebased(request.form.get("rev", ""), now, stale.theirs),
        "address": url_for("entries.save_ai", number=draft.entry.number, film=draft.film or None),
    }
    if "X-Autosave" in request.headers:
        return make_response(render_template("disclosure/conflict.html", entry=draft.entry, conflict=context), 409)
    return form_page(draft, form, seen=context["seen"], status=409, conflict=context)
