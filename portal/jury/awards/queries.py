"""What the pages of awards read: prizes with their holders, objections, and who is next in rank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.accounts.models import Person
from portal.calls.models import Call, Category
from portal.entries.models import Entry, Member
from portal.jury.awards.models import Award, AwardGrant, Objection
from portal.jury.models import Round
from portal.jury.results.models import Result
from portal.lifecycles import AwardState, EntryState

STANDING = (AwardState.PROVISIONAL, AwardState.FINAL)


@dataclass(frozen=True)
class Stake:
    """An announced award, and everybody who made a film that is in the running for the edition's prizes."""

    grant: AwardGrant
    makers: frozenset[int]


def award(session: Session, award_id: int) -> Award | None:
    """One prize."""
    return session.get(Award, award_id)


def of_edition(session: Session, edition_id: int) -> Sequence[Any]:
    """The prizes in their order, with category, the film that holds each, and how many objections wait."""
    waiting = (
        sa.select(sa.func.count())
        .where(Objection.grant_id == AwardGrant.id, Objection.answered_at.is_(None))
        .correlate(AwardGrant)
        .scalar_subquery()
    )
    section = (Category.name_ko.label("category_ko"), Category.name_en.label("category_en"), Category.gel)
    grant = (AwardGrant.state, AwardGrant.announced_at, AwardGrant.objections_until)
    film = (Entry.number, Entry.title_ko, Entry.title_en, Entry.state.label("entry_state"))
    return session.execute(
        sa.select(Award.id, Award.name_ko, Award.name_en, *section, *grant, *film, waiting.label("objections"))
        .outerjoin(Category, Category.id == Award.category_id)
        .outerjoin(AwardGrant, sa.and_(AwardGrant.award_id == Award.id, AwardGrant.state.in_(STANDING)))
        .outerjoin(Entry, Entry.id == AwardGrant.entry_id)
        .where(Award.edition_id == edition_id)
        .order_by(Award.position, Award.id)
    ).all()


def categories(session: Session, edition_id: int) -> Sequence[Any]:
    """(id, names) of the edition's categories."""
    return session.execute(
        sa.select(Category.id, Category.name_ko, Category.name_en)
        .join(Call, Call.id == Category.call_id)
        .where(Call.edition_id == edition_id)
        .order_by(Call.id, Category.position, Category.id)
    ).all()


def grants(session: Session, award_id: int) -> Sequence[AwardGrant]:
    """To whom an award was given, the latest first, with the film."""
    wanted = sa.select(AwardGrant).where(AwardGrant.award_id == award_id).options(joinedload(AwardGrant.entry))
    return session.scalars(wanted.order_by(AwardGrant.id.desc())).all()


def objections(session: Session, award_id: int) -> Sequence[Any]:
    """What was said against an award, with who said it; the unanswered first."""
    said = (Objection.code, Objection.text, Objection.raised_at, Objection.answer, Objection.upheld)
    who = (Person.native_name, Person.latin_family, Person.latin_given)
    return session.execute(
        sa.select(*said, Objection.answered_at, *who, AwardGrant.code.label("grant"))
        .join(AwardGrant, AwardGrant.id == Objection.grant_id)
        .outerjoin(Person, Person.id == Objection.person_id)
        .where(AwardGrant.award_id == award_id)
        .order_by(Objection.answered_at.is_not(None), Objection.id)
    ).all()


def grant(session: Session, code: str) -> AwardGrant | None:
    """One giving of an award, with the award and the film."""
    loaded = (joinedload(AwardGrant.award), joinedload(AwardGrant.entry))
    return session.scalar(sa.select(AwardGrant).where(AwardGrant.code == code).options(*loaded))


def objection(session: Session, code: str) -> Objection | None:
    """One objection, with the award it is against."""
    against = joinedload(Objection.grant)
    loaded = (against.joinedload(AwardGrant.award), against.joinedload(AwardGrant.entry))
    return session.scalar(sa.select(Objection).where(Objection.code == code).options(*loaded))


def stake(session: Session, code: str) -> Stake | None:
    """A provisional or final award with the makers who may say something against it."""
    found = grant(session, code)
    if found is None or found.state == AwardState.REVOKED:
        return None
    running = (Entry.edition_id == found.award.edition_id, Entry.state == EntryState.ELIGIBLE)
    owners = sa.select(Entry.owner_id).where(*running)
    joined = sa.select(Member.person_id).join(Entry, Entry.id == Member.entry_id)
    members = joined.where(*running, Member.person_id.is_not(None))
    return Stake(found, frozenset(session.scalars(owners.union(members))))


def own_objection(session: Session, grant_id: int, person_id: int | None) -> Objection | None:
    """What a person said against an award."""
    return session.scalar(sa.select(Objection).where(Objection.grant_id == grant_id, Objection.person_id == person_id))


def unsettled(session: Session, grant_id: int) -> tuple[int, int]:
    """How many objections are unanswered, and how many were upheld."""
    wanted = sa.select(
        sa.func.count().filter(Objection.answered_at.is_(None)),
        sa.func.count().filter(Objection.upheld.is_(True)),
    ).where(Objection.grant_id == grant_id)
    row = session.execute(wanted).one()
    return row[0], row[1]


# ── rank ───────────────────────────────────────────────────────────────


def rounds(session: Session, edition_id: int) -> Sequence[Any]:
    """(id, code, names) of the edition's rounds that have results, the last one first."""
    ranked = sa.exists().where(Result.round_id == Round.id, Result.rank.is_not(None))
    return session.execute(
        sa.select(Round.id, Round.code, Round.name_ko, Round.name_en)
        .where(Round.edition_id == edition_id, ranked)
        .order_by(Round.position.desc(), Round.id.desc())
    ).all()


def may_get(award: Award) -> tuple[sa.ColumnElement[bool], ...]:
    """Says of an entry that an award may go to it: in the running, in its category, not holding another exclusively."""
    found = [Entry.edition_id == award.edition_id, Entry.state == EntryState.ELIGIBLE]
    if award.category_id is not None:
        found.append(Entry.category_id == award.category_id)
    if award.exclusive:
        other = sa.exists().where(AwardGrant.entry_id == Entry.id, AwardGrant.state.in_(STANDING))
        found.append(~other.where(AwardGrant.award_id != award.id))
    return tuple(found)


def next_in_rank(session: Session, award: Award, round_id: int, limit: int = 5) -> Sequence[Any]:
    """(number, titles, rank, score) of the best films of a round that the award may go to.

    A film it was taken from is not proposed again.
    """
    earlier = aliased(AwardGrant)
    lost = sa.exists().where(
        earlier.entry_id == Entry.id, earlier.award_id == award.id, earlier.state == AwardState.REVOKED
    )
    place = sa.func.coalesce(Result.place, Result.rank)
    return session.execute(
        sa.select(Entry.number, Entry.title_ko, Entry.title_en, place.label("rank"), Result.score)
        .join(Result, Result.entry_id == Entry.id)
        .where(Result.round_id == round_id, place.is_not(None), *may_get(award), ~lost)
        .order_by(place, Entry.number)
        .limit(limit)
    ).all()


def rank_of(session: Session, round_id: int, entry_id: int) -> int | None:
    """A film's place in a round."""
    place = sa.func.coalesce(Result.place, Result.rank)
    return session.scalar(sa.select(place).where(Result.round_id == round_id, Result.entry_id == entry_id))


def fits(session: Session, award: Award, entry_id: int) -> bool:
    """Whether an award may go to a film."""
    return session.scalar(sa.select(Entry.id).where(Entry.id == entry_id, *may_get(award))) is not None


def own_rounds(session: Session, edition_id: int, code: str) -> Any:
    """The round of an edition with a code, if it has results."""
    return next((row for row in rounds(session, edition_id) if row.code == code), None)
