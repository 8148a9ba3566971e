"""What films owe: the desk's matrix, a film's own page, the copies of a screening, and the makers' side."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import clock, policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.entries import queries as entries
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_, _, ngettext, pick
from portal.lifecycles import MaterialState
from portal.media import service as media
from portal.media import tus
from portal.media.tickets import UploadTicket
from portal.programme import queries as programme
from portal.programme.agenda import RATINGS
from portal.programme.days import day_of
from portal.programme.forms import DueForm, RatingForm, ReferenceForm, SettleForm, TestPlayForm
from portal.programme.materials import copies, dues, features, owing, queries
from portal.programme.materials.models import Material, MaterialKind
from portal.programme.materials.queries import Filter, Line
from portal.programme.models import Screening
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.forms import Form
from portal.web.pages import page

# Pages of the entry where a film or its declaration is mended; other files are brought here.
_MENDED_AT = {MaterialKind.MASTER: "entries.replacement", MaterialKind.LABEL_CARD: "entries.changes"}
_WORDS: dict[str, Any] = {
    "kind_text": dues.kind_text,
    "state_text": dues.state_text,
    "state_kind": dues.state_kind,
}


def _ratings() -> list[tuple[str, str]]:
    return [(str(rating), _(text)) for rating, text in RATINGS.items()]


@bp.get("/ops/materials")
@guard(policies.programme_edition, load=current_edition)
def materials(edition: Edition) -> ResponseReturnValue:
    """Every film and all it owes, narrowed to what is missing, overdue or waits for a look."""
    return _matrix(edition, DueForm(formdata=None))


def _matrix(edition: Edition, form: DueForm, status: int = 200) -> ResponseReturnValue:
    session = current.session()
    lines = queries.matrix(session, edition.id)
    narrowed = _filter(request.args.get("show", ""))
    return page(
        "programme/materials.html",
        lines=[line for line in lines if line.matches(narrowed)],
        filters=_filters(lines, narrowed),
        narrowed=narrowed,
        kinds=list(MaterialKind),
        kind_triples=[(kind.value, dues.kind_text(kind), None) for kind in MaterialKind],
        unasked=len(queries.unasked(session, edition.id)),
        form=form,
        ticked=set(form.film.data or []),
        status=status,
        **_WORDS,
    )


def _filter(text: str) -> Filter:
    try:
        return Filter(text)
    except ValueError:
        return Filter.ALL


def _filters(lines: list[Line], narrowed: Filter) -> list[tuple[str, str, bool, int]]:
    words = {
        Filter.ALL: _("All films"),
        Filter.MISSING: _("Something missing"),
        Filter.OVERDUE: _("Overdue"),
        Filter.ARRIVED: _("To be looked at"),
    }
    return [
        (
            words[one],
            url_for("programme.materials", show=None if one == Filter.ALL else one.value),
            one == narrowed,
            sum(line.matches(one) for line in lines),
        )
        for one in Filter
    ]


@bp.post("/ops/materials/ask")
@guard(policies.programme_edition, load=current_edition)
def ask_materials(edition: Edition) -> ResponseReturnValue:
    """Ask every announced film for what it owes, those in no package too."""
    session = current.session()
    asked = queries.unasked(session, edition.id)
    owing.owe(session, asked, by=current.actor())
    told = ngettext("{n} film asked for its materials.", "{n} films asked for their materials.", len(asked))
    flash(told.format(n=len(asked)), "ok")
    return redirect(url_for("programme.materials"), 303)


@bp.post("/ops/materials/due")
@guard(policies.programme_edition, load=current_edition)
def set_due(edition: Edition) -> ResponseReturnValue:
    """Another due day for the ticked kinds of the ticked films; without ticks, of all of them."""
    form, session = DueForm(), current.session()
    try:
        if form.sent_and_valid() and form.due.day is not None:
            changed = _set_due(edition, form)
            told = ngettext("{n} due date changed.", "{n} due dates changed.", changed)
            flash(told.format(n=changed), "ok")
            return redirect(url_for("programme.materials", show=request.args.get("show")), 303)
    except Invalid as problem:
        session.rollback()
        form.blame(problem)
    return _matrix(edition, form, 422)


def _set_due(edition: Edition, form: DueForm) -> int:
    assert form.due.day is not None
    here = {line.entry_id for line in queries.matrix(current.session(), edition.id)}
    films = here.intersection(form.film.data or here)
    kinds = [MaterialKind(kind) for kind in form.kind.data or list(MaterialKind)]
    return owing.set_due(current.session(), films, kinds, dues.end_of(form.due.day), by=current.actor())


@bp.get("/ops/materials/<number>")
@guard(policies.programme_film, load=entries.entry_by_number)
def film_materials(entry: Entry) -> ResponseReturnValue:
    """One film: what it owes and what came, its rating, and the lock on its copy."""
    feature = queries.feature_of(current.session(), entry.id)
    data = {"rating": str(feature.rating)} if feature else {}
    return _film(entry, RatingForm(formdata=None, obj=feature, data=data))


def _film(
    entry: Entry, form: RatingForm, *, problems: list[Any] | None = None, status: int = 200
) -> ResponseReturnValue:
    session = current.session()
    return page(
        "programme/film_materials.html",
        entry=entry,
        title=pick(entry.title_ko, entry.title_en) or entry.number,
        things=queries.owed_by(session, entry.id),
        feature=queries.feature_of(session, entry.id),
        copy=features.copy_of(session, entry.id),
        screenings=queries.screenings_of(session, entry.id),
        form=form,
        problems=form.problems() + (problems or []),
        ratings=_ratings(),
        left=lambda moment: dues.days_left(moment, now=clock.now()),
        status=status,
        **_WORDS,
    )


@bp.post("/ops/materials/<number>/rating")
@guard(policies.programme_film, load=entries.entry_by_number)
def rate_film(entry: Entry) -> ResponseReturnValue:
    """The film's own rating and content notes; the packages it is in follow."""
    form, session = RatingForm(), current.session()
    if not form.sent_and_valid():
        return _film(entry, form, status=422)
    [feature] = features.held(session, [entry.id])
    words = {"notes_ko": form.notes_ko.data or "", "notes_en": form.notes_en.data or ""}
    features.rate(session, feature, int(form.rating.data), **words, rev=form.rev.data or 0, by=current.actor())
    flash(_("Saved."), "ok")
    return redirect(url_for("programme.film_materials", number=entry.number), 303)


@bp.post("/ops/materials/<number>/lock")
@guard(policies.programme_film, load=entries.entry_by_number)
def lock_film(entry: Entry) -> ResponseReturnValue:
    """Lock the copy one has seen on the page, or unlock it."""
    session, by = current.session(), current.actor()
    try:
        if request.form.get("unlock"):
            features.unlock_copy(session, entry, by=by)
            flash(_("Unlocked. The makers can ask for a new cut again."), "ok")
        else:
            features.lock_copy(session, entry, request.form.get("sha256", ""), by=by)
            flash(_("Locked. No new cut takes the place of this copy."), "ok")
    except Invalid as problem:
        form = RatingForm(formdata=None)
        return _film(entry, form, problems=[("copy", problem.message)], status=422)
    return redirect(url_for("programme.film_materials", number=entry.number, _anchor="copy"), 303)


@bp.post("/ops/materials/things/<code>")
@guard(policies.programme_material, load=queries.material_by_code)
def settle_material(material: Material) -> ResponseReturnValue:
    """Accept, refuse, waive or reopen one thing; or write down where its copy is."""
    form, session = SettleForm(), current.session()
    entry = entries.entry_by_number(session, material.entry.number) or abort(404)
    problems: list[tuple[str, str]] = form.problems() if not form.sent_and_valid() else []
    try:
        if not problems:
            _settle(material, form)
            flash(_("Saved."), "ok")
            here = url_for("programme.film_materials", number=entry.number, _anchor=f"m-{material.code}")
            return redirect(here, 303)
    except Invalid as problem:
        problems = [(f"{problem.field}-{material.code}", problem.message)]
    return _film(entry, RatingForm(formdata=None), problems=problems, status=422)


def _settle(material: Material, form: SettleForm) -> None:
    session, by = current.session(), current.actor()
    if form.how.data == "reference":
        owing.hand_in(session, material, request.form.get("reference", ""), by=by)
        return
    reason, rev = form.reason.data or "", form.rev.data or 0
    owing.settle(session, material, form.how.data or "", reason=reason, rev=rev, by=by)


@bp.get("/ops/screenings/<code>/copies")
@guard(policies.programme_screening, load=programme.screening_for_desk)
def screening_copies(screening: Screening) -> ResponseReturnValue:
    """The copies of a screening in their order: which, how long, watched by whom, locked or not."""
    return _copies(screening, TestPlayForm(formdata=None))


def _copies(screening: Screening, form: Form, status: int = 200) -> ResponseReturnValue:
    return page(
        "programme/copies.html",
        screening=screening,
        title=pick(screening.package.title_ko, screening.package.title_en),
        day=day_of(screening.starts_at),
        copies=queries.copies(current.session(), screening),
        form=form,
        status=status,
    )


@bp.post("/ops/screenings/<code>/copies")
@guard(policies.programme_screening, load=programme.screening_for_desk)
def sign_off(screening: Screening) -> ResponseReturnValue:
    """Note what somebody saw who watched a copy in the hall."""
    form, session = TestPlayForm(), current.session()
    try:
        if form.sent_and_valid():
            film = next((one.entry for one in screening.package.films if one.entry_id == form.film.data), None)
            copies.sign_off(session, screening, film or abort(404), form.seen(), by=current.actor())
            flash(_("Noted."), "ok")
            return redirect(url_for("programme.screening_copies", code=screening.code), 303)
    except Invalid as problem:
        form.blame(problem)
    return _copies(screening, form, 422)


@bp.get("/entries/<number>/materials")
@guard(policies.own_entry, load=entries.entry_by_number)
def entry_materials(entry: Entry) -> ResponseReturnValue:
    """For the makers: what the festival needs of their film, until when, and where they bring it."""
    return _own(entry)


def _own(entry: Entry, problem: tuple[str, str] | None = None, status: int = 200) -> ResponseReturnValue:
    return page(
        "programme/entry_materials.html",
        entry=entry,
        title=pick(entry.title_ko, entry.title_en) or entry.number,
        things=queries.owed_by(current.session(), entry.id),
        lead=policies.lead_entry(current.actor(), entry),
        mended_at=_MENDED_AT,
        accepts={kind: dues.ACCEPTS[slot] for kind, slot in dues.SLOTS.items() if slot in dues.BROUGHT},
        owed=dues.OWED,
        settled=(MaterialState.ACCEPTED, MaterialState.WAIVED),
        left=lambda moment: dues.days_left(moment, now=clock.now()),
        problem=problem,
        written=request.form.get("reference", ""),
        status=status,
        **_WORDS,
    )


@bp.post("/entries/materials/<code>/file")
@guard(policies.hand_in_material, load=queries.material_by_code)
def send_material(material: Material) -> ResponseReturnValue:
    """A file of a thing that is owed; it is recognised as soon as it was looked at."""
    session = current.session()
    entry = entries.entry_by_number(session, material.entry.number) or abort(404)
    try:
        _receive(material)
    except Invalid as problem:
        return _own(entry, (f"file-{material.code}", problem.message), 422)
    flash(_("The file has arrived. It counts as received once we have looked at it."), "success")
    return redirect(url_for("programme.entry_materials", number=entry.number), 303)


def _receive(material: Material) -> None:
    slot = dues.SLOTS.get(material.kind)
    if slot not in dues.BROUGHT or material.state not in dues.OWED:
        raise Invalid("file", N_("This is not awaited at the moment."))
    found = request.files.get("file")
    if found is None or not found.filename:
        raise Invalid("file", N_("Choose a file."))
    with closing(found):
        length = found.stream.seek(0, 2)
        found.stream.seek(0)
        ticket = UploadTicket(current.actor().person_id or 0, material.entry_id, slot)
        name = tus.file_name(found.filename)
        media.receive(current.session(), ticket, name, found.stream, length, by=current.actor())


@bp.post("/entries/materials/<code>")
@guard(policies.hand_in_material, load=queries.material_by_code)
def hand_in(material: Material) -> ResponseReturnValue:
    """The makers say where a copy is that travels otherwise."""
    form, session = ReferenceForm(), current.session()
    entry = entries.entry_by_number(session, material.entry.number) or abort(404)
    problem = form.error("reference") if not form.sent_and_valid() else None
    try:
        if problem is None:
            owing.hand_in(session, material, form.reference.data or "", by=current.actor())
            flash(_("Thank you. We have noted it."), "success")
            return redirect(url_for("programme.entry_materials", number=entry.number), 303)
    except Invalid as refused:
        problem = refused.message
    return _own(entry, (f"reference-{material.code}", problem or ""), 422)
