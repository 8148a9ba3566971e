"""Commands of the showcase: votes for classmates' films and notes to their makers, each of which can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.entries.classroom import queries
from portal.entries.classroom.models import PeerNote, PeerVote
from portal.entries.classroom.queries import ClassFilm
from portal.errors import Invalid
from portal.i18n import N_
from portal.policies import Actor
from portal.school.models import Cohort, Enrolment

MOST_WORDS = 1000
MOST_NOTES = 20
_CLOSED = N_("The class has ended, and its votes are counted.")


def vote(session: Session, film: ClassFilm, *, by: Actor) -> None:
    """Give one of the own votes to a classmate's film; given twice it is one vote.

    The count of votes used goes up by one conditional UPDATE, so that of many at once no more count than there are.
    """
    place = _voter(session, film, by)
    if by.person_id in film.makers:
        raise Invalid("vote", N_("This is your own team's film. Vote for others."))
    if queries.votes_here(session, film.entry.id, by.person_id):
        return
    each = sa.select(Cohort.votes_each).where(Cohort.id == place.cohort_id).scalar_subquery()
    counted = _count(session, place, 1, Enrolment.votes_used < each)
    row = {"entry_id": film.entry.id, "person_id": by.person_id, "at": clock.now()}
    new = db.insert(session, PeerVote).values(row).on_conflict_do_nothing(index_elements=["entry_id", "person_id"])
    if counted and session.scalar(new.returning(PeerVote.id)) is not None:
        audit.record(session, by, "vote.given", film.entry)
    elif counted:  # the same press a second time, which waited for the first
        _count(session, place, -1, Enrolment.votes_used > 0)
    elif not queries.votes_here(session, film.entry.id, by.person_id):
        raise Invalid("vote", N_("All your votes are given. Take one back to give it to this film."))


def take_back(session: Session, film: ClassFilm, *, by: Actor) -> None:
    """Have a vote back, also of a film that is not shown any more; taken back twice, it is taken back once."""
    place = _voter(session, film, by)
    mine = (PeerVote.entry_id == film.entry.id, PeerVote.person_id == by.person_id)
    if session.scalar(sa.delete(PeerVote).where(*mine).returning(PeerVote.id)) is None:
        return
    _count(session, place, -1, Enrolment.votes_used > 0)
    audit.record(session, by, "vote.taken_back", film.entry)


def _voter(session: Session, film: ClassFilm, by: Actor) -> Enrolment:
    place = queries.enrolment_of(session, film.cohort.id, by.person_id)
    if place is None:
        raise Invalid("vote", N_("Votes are for the students of the class."))
    if film.over:
        raise Invalid("vote", _CLOSED)
    return place


def _count(session: Session, place: Enrolment, step: int, while_: sa.ColumnElement[bool]) -> bool:
    counted = (
        sa.update(Enrolment)
        .where(Enrolment.id == place.id, while_)
        .values(votes_used=Enrolment.votes_used + step)
        .returning(Enrolment.votes_used)
    )
    return session.scalar(counted) is not None


def write_note(session: Session, film: ClassFilm, text: str, *, by: Actor) -> PeerNote:
    """A note to the makers of a film; the same words again are the same note."""
    assert by.person_id is not None
    if not text:
        raise Invalid("text", N_("Write what you would like to tell them."))
    if len(text) > MOST_WORDS:
        raise Invalid("text", N_("A note has at most {n} characters."), n=MOST_WORDS)
    db.one_at_a_time(session, f"peer_notes:{film.entry.id}:{by.person_id}")
    mine = sa.select(PeerNote).where(PeerNote.entry_id == film.entry.id, PeerNote.person_id == by.person_id)
    notes = session.scalars(mine).all()
    same = next((one for one in notes if one.text == text), None)
    if same is not None:
        return same
    if len(notes) >= MOST_NOTES:
        raise Invalid("text", N_("You have written {n} notes on this film. Take one away first."), n=MOST_NOTES)
    note = PeerNote(entry_id=film.entry.id, person_id=by.person_id, text=text)
    session.add(note)
    session.flush()
    audit.record(session, by, "peer_note.written", note, entry=film.entry.id)
    return note


def delete_note(session: Session, note: PeerNote, *, by: Actor) -> None:
    """Take the own note away."""
    audit.record(session, by, "peer_note.deleted", note, entry=note.entry_id)
    session.delete(note)
    session.flush()


def hide_note(session: Session, note: PeerNote, *, hidden: bool, by: Actor) -> None:
    """Keep a note from the makers, or let them read it again; its writer sees that it is hidden."""
    session.refresh(note, with_for_update=True)
    if (note.hidden_at is not None) == hidden:
        return
    note.hidden_at, note.hidden_by_id = (clock.now(), by.person_id) if hidden else (None, None)
    session.flush()
    audit.record(session, by, "peer_note.hidden" if hidden else "peer_note.shown", note, entry=note.entry_id)
