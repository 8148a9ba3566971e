"""The task of disclosing AI: the form with autosave, its live label, and the choice between two people's answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from portal import clock, i18n, policies, signing
from portal.disclosure import places, telling
from portal.disclosure import queries as disclosures
from portal.disclosure import service as disclosing
from portal.disclosure.answers import SECTIONS, Answers, rebased, stamp, taken
from portal.disclosure.codes import Base, Degree, Likeness, PerformerKind, Scope
from portal.disclosure.figures import PHASES, measure
from portal.disclosure.label import public_label
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure
from portal.disclosure.phrases import choices, hint_of, name_of
from portal.disclosure.problems import Facts
from portal.disclosure.readiness import assess
from portal.disclosure.rows import answers_of, ledger_shown
from portal.disclosure.rule_checks import Evidence
from portal.disclosure.rules import PolicyResult, evaluate, read_policies
from portal.entries import queries, service
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.entries.views.forms import DisclosureForm
from portal.errors import Invalid, Stale
from portal.i18n import translate
from portal.media import queries as media
from portal.media import tickets
from portal.media.models import RenditionKind, Slot
from portal.web import current
from portal.web.access import guard
from portal.web.pages import page

_ = translate
# What a conflict's own form brings along, besides the answers it carries.
_OWN = ("csrf_token", "rev", "choice-")
_STEPS = ("add_tool", "add_person", "drop", "rest", "keep")


@dataclass(frozen=True, slots=True)
class _Draft:
    """What a request works on: the entry with its rows, and what is known of the film."""

    entry: Entry
    known: queries.Known
    facts: Facts

    @property
    def disclosure(self) -> Disclosure | None:
        return self.known.disclosure

    @property
    def stored(self) -> Answers:
        return answers_of(self.disclosure) if self.disclosure else Answers()

    @property
    def shown(self) -> Answers:
        """The stored answers, with the film's length to start from, and unsigned where the film was replaced."""
        stored, film = self.stored, self.facts.master_sha256
        signed_for = self.disclosure.film_sha256 if self.disclosure else None
        another = bool(signed_for and film and signed_for != film)
        length = stored.picture_s or self.facts.probed_s
        return replace(stored, picture_s=length, attested=stored.attested and not another)


def _draft(entry: Entry) -> _Draft:
    known = queries.known_of(current.session(), entry)
    return _Draft(entry, known, queries.facts_of(entry, queries.film_of(known.assets)))


@bp.get("/entries/<number>/ai")
@guard(policies.own_entry, load=queries.entry_by_number)
def ai(entry: Entry) -> Response:
    """Where and how much AI was used, as stored."""
    draft = _draft(entry)
    form = DisclosureForm.showing(draft.shown)
    if not form.tools.entries:
        form.tools.append_entry()
    return _form_page(draft, form, draft.shown, seen=stamp(draft.stored))


@bp.post("/entries/<number>/ai")
@guard(policies.own_entry, load=queries.entry_by_number)
def save_ai(entry: Entry) -> ResponseReturnValue:
    """Keep the answers: by autosave and the small buttons whatever is sound, by the button when nothing is missing."""
    draft, form, seen = _draft(entry), _posted(), request.form.get("rev", "")
    sound = form.validate()
    step = next((name for name in _STEPS if name in request.form), None)
    autosave = "X-Autosave" in request.headers
    if not (sound or autosave or step):
        errors = {**_missing(draft, form.answers(draft.stored)), **form.wrong_shapes()}
        return _form_page(draft, form, seen=seen, status=422, errors=errors)
    try:
        _keep(draft, form, seen)
    except Stale as stale:
        return _conflict(draft, form, stale)
    except Invalid as problem:
        return _form_page(draft, form, seen=seen, status=422, errors={"main": problem.message})
    if autosave:
        return _saved(draft, form)
    if step:
        return _again(draft, form, step)
    return _require_answers(draft, form, seen) or frame.onward(entry, Task.AI, later="later" in request.form)


def _posted() -> DisclosureForm:
    formdata = MultiDict(request.form)
    if "rest" in formdata:
        for scope in Scope:
            formdata.setdefault(f"degree-{scope}", Degree.N.value)
    return DisclosureForm.posted(formdata)


def _keep(draft: _Draft, form: DisclosureForm, seen: str) -> None:
    session = current.session()
    service.require_editable(session, draft.entry, Task.AI, at=current.arrived_at())
    draft.known.disclosure = disclosure = disclosing.of_entry(session, draft.entry.id)
    stored = draft.stored
    answers = taken(stored, _theirs(), over=form.answers(stored))
    film = draft.facts.master_sha256 if request.form.get("film") == draft.facts.master_sha256 else None
    disclosing.save_draft(session, disclosure, answers, rev=seen, by=current.actor(), film_sha256=film)


def _theirs() -> tuple[str, ...]:
    return tuple(section for section in SECTIONS if request.form.get(f"choice-{section}") == "theirs")


def _saved(draft: _Draft, form: DisclosureForm) -> ResponseReturnValue:
    errors = {**_missing(draft, draft.stored), **form.wrong_shapes()}
    return {"rev": _restamped(draft, form), "time": i18n.clock_time(clock.now()), "errors": errors}


def _again(draft: _Draft, form: DisclosureForm, step: str) -> Response:
    """The page once more after a small button, with a new row where one was asked for."""
    answers, seen = form.answers(draft.shown), _restamped(draft, form)
    if step == "add_tool" or not form.tools.entries:
        form.tools.append_entry()
    if step == "add_person":
        form.performers.append_entry({"code": signing.random_code()})
    return _form_page(draft, form, answers, seen=seen, errors=form.wrong_shapes())


def _restamped(draft: _Draft, form: DisclosureForm) -> str:
    """The stamp of a form that stays open: of what it shows, or it would take back what others stored."""
    return rebased(request.form.get("rev", ""), form.answers(draft.stored), form.sound())


def _missing(draft: _Draft, answers: Answers) -> dict[str, str]:
    """The first sentence about each field that would keep these answers from being handed in."""
    ledger = ledger_shown(answers, draft.disclosure)
    signed_for = draft.disclosure.film_sha256 if draft.disclosure else None
    facts = replace(draft.facts, disclosed_sha256=signed_for)
    found = assess(ledger, answers.human_statement, (), facts, begun=True).form
    return {places.field_of(one.field): one.message for one in reversed(found) if one.blocking}


def _require_answers(draft: _Draft, form: DisclosureForm, seen: str) -> ResponseReturnValue | None:
    """Back to a settled conflict's form, or the page naming what is missing, unless one means to carry on later."""
    if any(name.startswith("choice-") for name in request.form):
        return redirect(url_for("entries.ai", number=draft.entry.number), 303)
    errors = {} if "later" in request.form else _missing(draft, draft.stored)
    return _form_page(draft, form, seen=seen, status=422, errors=errors) if errors else None


def _form_page(
    draft: _Draft,
    form: DisclosureForm,
    answers: Answers | None = None,
    *,
    seen: str,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    answers = answers or form.answers(draft.shown)
    errors = errors or {}
    return frame.task_page(
        draft.entry,
        Task.AI,
        status=status,
        form=form,
        seen=seen,
        known=draft.known,
        film=draft.facts.master_sha256 or "",
        errors=errors,
        summary=[(places.anchor_of(field), sentence) for field, sentence in errors.items()],
        **_choices(),
        still=_still(draft),
        **_preview(draft, answers),
        **context,
    )


def _choices() -> dict[str, Any]:
    """What the form offers to choose from, in the language in use."""
    return {
        "scopes": [(scope.value, name_of(scope), hint_of(scope)) for scope in Scope],
        "degrees": [(one.value, name_of(one), hint_of(one), PHASES[one]) for one in Degree],
        "bases": _ticks(Base),
        "scope_ticks": _ticks(Scope),
        "kinds": choices(PerformerKind),
        "likenesses": _ticks(Likeness),
    }


def _ticks(codes: type[StrEnum]) -> list[tuple[str, str, None]]:
    return [(value, text, None) for value, text in choices(codes)]


def _still(draft: _Draft) -> str | None:
    if not any(asset.slot == Slot.STILL for asset in draft.known.assets):
        return None
    asset = media.current_asset(current.session(), draft.entry.id, Slot.STILL)
    wide = media.made_of(asset, RenditionKind.WIDE, RenditionKind.SMALL) if asset else None
    return tickets.picture_path(current.settings().secret_key, wide) if wide else None


def _preview(draft: _Draft, answers: Answers) -> dict[str, Any]:
    ledger = ledger_shown(answers, draft.disclosure)
    figures = measure(ledger)
    label = public_label(figures)
    other = "en" if i18n.language() == "ko" else "ko"
    with i18n.using(other):
        elsewhere = public_label(figures)
    return {
        "complete": ledger.is_complete,
        "label": label,
        "other_label": elsewhere,
        "other_lang": other,
        "rules": _rules(draft.entry, ledger),
    }


def _rules(entry: Entry, ledger: Ledger) -> list[PolicyResult]:
    today = current.arrived_at().astimezone(i18n.zone()).date()
    return evaluate(read_policies(entry.category.ai_rules), ledger, Evidence(today=today))


@bp.post("/entries/<number>/ai/preview")
@guard(policies.own_entry, load=queries.entry_by_number)
def preview_ai(entry: Entry) -> Response:
    """The public label these answers would give, in both languages, and how they fare in the category."""
    draft, form = _draft(entry), _posted()
    form.validate()
    return page("disclosure/preview.html", **_preview(draft, form.answers(draft.shown)))


def _conflict(draft: _Draft, form: DisclosureForm, stale: Stale) -> Response:
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
    }
    if "X-Autosave" in request.headers:
        return make_response(render_template("disclosure/conflict.html", entry=draft.entry, conflict=context), 409)
    return _form_page(draft, form, seen=context["seen"], status=409, conflict=context)
