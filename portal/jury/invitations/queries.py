"""What the pages of invitations read: a film's own, and a round's with what the desk needs to reach its makers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload

from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.jury.decisions import queries as decisions
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import places
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, InvitationState

_FIRST = (InvitationState.LAPSED, InvitationState.INVITED, InvitationState.DECLINED, InvitationState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class Asked:
    """A film's invitation as its makers see it; `gone` says that another film has its place."""

    invitation: FilmInvitation
    gone: bool

    @property
    def may_confirm(self) -> bool:
        waits = self.invitation.state in (InvitationState.INVITED, InvitationState.LAPSED)
        return self._runs and waits and not self.gone

    @property
    def may_decline(self) -> bool:
        return self._runs and self.invitation.state in (InvitationState.INVITED, InvitationState.CONFIRMED)

    @property
    def _runs(self) -> bool:
        return self.invitation.entry.state == EntryState.ELIGIBLE


def of_entry(session: Session, entry_id: int) -> Asked | None:
    """The last invitation of a film."""
    return _one(session, FilmInvitation.entry_id == entry_id)


def of_round(session: Session, round_id: int, code: str) -> Asked | None:
    """An invitation of a round."""
    decided = sa.select(Decision.id).where(Decision.round_id == round_id)
    return _one(session, FilmInvitation.code == code, FilmInvitation.decision_id.in_(decided))


def _one(session: Session, *conditions: sa.ColumnElement[bool]) -> Asked | None:
    row = session.execute(
        sa.select(FilmInvitation, places.taken(FilmInvitation.decision_id).label("gone"))
        .where(*conditions)
        .options(joinedload(FilmInvitation.entry))
        .order_by(FilmInvitation.id.desc())
        .limit(1)
    ).first()
    return Asked(*row) if row else None


def rows(session: Session, round_id: int) -> Sequence[Any]:
    """A round's invitations, those that need a word first, with film, owner, who answered, and who has the place.

    `taker` is the number of the reserve, `taker_told` whether its maker knows.
    """
    taker, film, who = aliased(Decision), aliased(Entry), aliased(Person)
    order = sa.case({state: n for n, state in enumerate(_FIRST)}, value=FilmInvitation.state)
    asked = (FilmInvitation.code, FilmInvitation.rev, FilmInvitation.state, FilmInvitation.answer_by)
    answer = (FilmInvitation.answered_at, FilmInvitation.reason, who.native_name.label("answered_by"))
    entry = (Entry.number, Entry.title_ko, Entry.title_en, Entry.state.label("entry_state"))
    owner = (Person.id.label("person_id"), Person.native_name, Person.latin_family, Person.latin_given, Person.email)
    next_one = (film.number.label("taker"), (taker.state == DecisionState.ANNOUNCED).label("taker_told"))
    return session.execute(
        sa.select(*asked, *answer, *entry, *owner, *next_one)
        .join(Decision, Decision.id == FilmInvitation.decision_id)
        .join(Entry, Entry.id == FilmInvitation.entry_id)
        .join(Person, Person.id == Entry.owner_id)
        .outerjoin(who, sa.and_(who.id == FilmInvitation.answered_by_id, who.id != Entry.owner_id))
        .outerjoin(taker, taker.replaces_id == Decision.id)
        .outerjoin(film, film.id == taker.entry_id)
        .where(Decision.round_id == round_id)
        .order_by(order, FilmInvitation.answer_by, Entry.number)
    ).all()


def unasked(round_id: int) -> sa.Select[Decision]:
    """Announced selections of a round, with their films, whose makers were never asked: from before there were
    invitations. Where several rounds selected a film, the last of them asks."""
    later = aliased(Decision)
    chosen = (Decision.state == DecisionState.ANNOUNCED, Decision.outcome == Outcome.SELECTED)
    again = (later.state == DecisionState.ANNOUNCED, later.outcome == Outcome.SELECTED)
    return (
        sa.select(Decision)
        .join(Decision.entry)
        .options(contains_eager(Decision.entry))
        .where(
            *(Decision.round_id == round_id, *chosen, Entry.state == EntryState.ELIGIBLE),
            ~sa.exists().where(FilmInvitation.entry_id == Decision.entry_id),
            ~sa.exists().where(later.entry_id == Decision.entry_id, later.announced_at > Decision.announced_at, *again),
        )
        .order_by(Entry.number)
    )


def counts(found: Collection[Any]) -> Counter[str]:
    """How many of these rows are in each state; a film that left the running counts as `left`."""
    return Counter("left" if row.entry_state != EntryState.ELIGIBLE else row.state.value for row in found)


def places_to_fill(edition_id: Any) -> sa.Select[Any]:
    """The ids of an edition's selections whose place is free, or has a reserve whose maker was not told yet."""
    taker = aliased(Decision)
    waiting = sa.select(taker.replaces_id).where(taker.state == DecisionState.PENDING, taker.replaces_id.is_not(None))
    free = decisions.free_places().with_only_columns(Decision.id).order_by(None)
    of_edition = Decision.round_id.in_(sa.select(Round.id).where(Round.edition_id == edition_id))
    return sa.select(Decision.id).where(of_edition, sa.or_(Decision.id.in_(free), Decision.id.in_(waiting)))


def round_to_fill(session: Session, edition_id: int) -> str | None:
    """The code of the round with the first of them."""
    first = sa.select(sa.func.min(places_to_fill(edition_id).subquery().c.id)).scalar_subquery()
    return session.scalar(
        sa.select(Round.code).join(Decision, Decision.round_id == Round.id).where(Decision.id == first)
    )
