"""The showcase of a class: its films for the class alone, votes for them, and notes to their makers."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal import policies
from portal.disclosure.publication import published
from portal.entries import queries, service
from portal.entries.classroom import queries as classroom
from portal.entries.classroom import showcase as commands
from portal.entries.classroom.models import PeerNote
from portal.entries.classroom.queries import ClassFilm
from portal.entries.fields import CREDIT_ROLES
from portal.entries.forms import PeerNoteForm
from portal.entries.views import frame, school
from portal.entries.views.blueprint import bp
from portal.entries.views.files import playback, reel_of
from portal.errors import Invalid
from portal.i18n import translate
from portal.media import queries as media
from portal.media.models import Asset, RenditionKind, Slot
from portal.school import queries as classes
from portal.school.models import Cohort
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page

_ = translate


@bp.get("/school/<code>/showcase")
@guard(policies.see_cohort, load=classes.cohort_by_code)
def showcase(cohort: Cohort) -> Response:
    """The films of the class that have been handed in, for the class itself, and the votes one has left."""
    session, actor = current.session(), current.actor()
    found = classroom.showcase(session, cohort, actor.person_id)
    ids = [row.id for row in found.films]
    pictures = media.current_assets(session, ids, Slot.POSTER)
    guides = classroom.guides(actor, cohort)
    onward = classroom.onward(session, ids) if guides else {}
    place = classroom.enrolment_of(session, cohort.id, actor.person_id)
    return page(
        "school/showcase.html",
        cohort=cohort,
        films=[(row, _small(pictures.get(row.id))) for row in found.films],
        found=found,
        lost=classroom.hidden_votes(session, found.given - set(ids)),
        left=max(0, cohort.votes_each - place.votes_used) if place else None,
        guides=guides,
        over=classroom.over(cohort),
        onward={source: [school.went_on(one) for one in rows] for source, rows in onward.items()},
    )


def _small(asset: Asset | None) -> str | None:
    return playback(asset, RenditionKind.SMALL, RenditionKind.WIDE) if asset is not None else None


@bp.get("/school/films/<number>")
@guard(policies.see_class_film, load=classroom.shown_film)
def class_film(film: ClassFilm) -> Response:
    """One film of the showcase: it plays, with its makers, its label, the own vote and the notes one may read."""
    return _film_page(film, PeerNoteForm(formdata=None))


@bp.post("/school/films/<number>/vote")
@guard(policies.see_class_film, load=classroom.class_film)
def vote(film: ClassFilm) -> ResponseReturnValue:
    """Give the film one of the own votes, or take it back; a film that is not shown now can only lose one."""
    session, actor = current.session(), current.actor()
    giving, shown = request.form.get("give") == "1", classroom.shown_film(session, film.entry.number)
    require(shown is not None or not giving)
    try:
        if giving:
            commands.vote(session, film, by=actor)
        else:
            commands.take_back(session, film, by=actor)
    except Invalid as problem:
        if shown is None:
            raise
        return _film_page(shown, PeerNoteForm(formdata=None), status=422, problem=problem.message)
    flash(_("Your vote counts.") if giving else _("You have your vote back."), "success")
    if request.form.get("from") == "showcase":
        return redirect(url_for("entries.showcase", code=film.cohort.code))
    return redirect(url_for("entries.class_film", number=film.entry.number))


@bp.post("/school/films/<number>/notes")
@guard(policies.see_class_film, load=classroom.shown_film)
def write_note(film: ClassFilm) -> ResponseReturnValue:
    """Write the makers a note."""
    form = PeerNoteForm()
    if not form.validate():
        return _film_page(film, form, status=422)
    try:
        commands.write_note(current.session(), film, form.text.data or "", by=current.actor())
    except Invalid as problem:
        form.blame(problem)
        return _film_page(film, form, status=422)
    flash(_("The makers can read your note."), "success")
    return redirect(url_for("entries.class_film", number=film.entry.number) + "#notes")


@bp.post("/school/films/<number>/notes/<note>/delete")
@guard(policies.see_class_film, load=classroom.class_film)
def delete_note(film: ClassFilm) -> ResponseReturnValue:
    """Take one's own note away."""
    note = _note(film)
    if note is not None:
        require(note.person_id == current.actor().person_id)
        commands.delete_note(current.session(), note, by=current.actor())
    flash(_("Deleted."), "success")
    return redirect(url_for("entries.class_film", number=film.entry.number) + "#notes")


@bp.post("/school/films/<number>/notes/<note>/hide")
@guard(policies.guide_class_film, load=classroom.class_film)
def hide_note(film: ClassFilm) -> ResponseReturnValue:
    """Keep a note from the makers, or let them read it again."""
    note, hidden = _note(film), request.form.get("hidden") == "1"
    require(note is not None)
    assert note is not None
    commands.hide_note(current.session(), note, hidden=hidden, by=current.actor())
    flash(_("The makers no longer see the note.") if hidden else _("The makers see the note again."), "success")
    return redirect(url_for("entries.class_film", number=film.entry.number) + "#notes")


def _note(film: ClassFilm) -> PeerNote | None:
    code = (request.view_args or {}).get("note", "")
    note = classroom.note_by_code(current.session(), code)
    require(note is None or note.entry_id == film.entry.id)
    return note


def _film_page(film: ClassFilm, form: PeerNoteForm, *, status: int = 200, problem: str | None = None) -> Response:
    session, actor, entry = current.session(), current.actor(), film.entry
    guides = classroom.guides(actor, film.cohort)
    place = classroom.enrolment_of(session, film.cohort.id, actor.person_id)
    lines = service.credit_lines(session, entry.id)
    return page(
        "school/film.html",
        status=status,
        film=film,
        entry=entry,
        title=frame.title_of(entry),
        form=form,
        problem=problem,
        reel=reel_of(entry),
        disclosed=published(session, entry.id),
        credits=[(_(CREDIT_ROLES[role]), native, latin) for role, native, latin in lines],
        mates=classes.team_mates(session, entry.team_id) if entry.team_id else queries.people_of(session, entry),
        mine=actor.person_id in film.makers,
        voted=classroom.votes_here(session, entry.id, actor.person_id),
        left=max(0, film.cohort.votes_each - place.votes_used) if place else None,
        votes=classroom.votes_for(session, entry.id) if guides or film.over else None,
        notes=classroom.notes(session, film, actor),
        guides=guides,
        actor=actor,
    )
