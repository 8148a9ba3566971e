"""What the pages of deciding read: films by place with their decisions, quotas, reserves. Nothing here writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased, joinedload

from portal.calls.models import Category
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.decisions.models import Decision, Outcome, Quota
from portal.jury.decisions.quotas import Bound, Chosen, Standing, standings
from portal.jury.invitations import places
from portal.jury.invitations.models import FilmInvitation
from portal.jury.models import Round
from portal.jury.results.models import Result
from portal.lifecycles import DecisionState, EntryState
from portal.school.models import Cohort

DECIDED = (DecisionState.PENDING, DecisionState.ANNOUNCED)


class Shown(StrEnum):
    """Which films the page of deciding lists."""

    ALL = "all"
    UNDECIDED = "undecided"
    SELECTED = "selected"
    RESERVE = "reserve"
    NOT_SELECTED = "not_selected"


_place = sa.func.coalesce(Result.place, Result.rank)
_BY_place = (_place.is_(None), _place, Result.score.desc(), Entry.number)
_UNDECIDED = sa.or_(Decision.id.is_(None), Decision.state == DecisionState.UNDECIDED)
_RESERVES_FIRST = (Decision.position == 0, Decision.position)


def _of_round(round_: Round) -> sa.Select[*tuple[Any, ...]]:
    """Every film the round judges with its result and its decision, in no order."""
    film = (Entry.id, Entry.number, Entry.title_ko, Entry.title_en, Entry.runtime_s, Entry.country)
    result = (Result.n, Result.score, Result.low, Result.high, Result.p_top)
    section = (Category.name_ko.label("category_ko"), Category.name_en.label("category_en"), Category.gel)
    decided = (Decision.state, Decision.outcome, Decision.position, Decision.replaces_id)
    judged = queries.judged_entries(round_).with_only_columns(Entry.id)
    return (
        sa.select(*film, _place.label("place"), *result, *section, *decided, Decision.id.label("decision_id"))
        .join(Category, Category.id == Entry.category_id)
        .outerjoin(Result, sa.and_(Result.entry_id == Entry.id, Result.round_id == round_.id))
        .outerjoin(Decision, sa.and_(Decision.entry_id == Entry.id, Decision.round_id == round_.id))
        .where(Entry.id.in_(judged))
    )


def films(round_: Round, shown: Shown = Shown.ALL) -> sa.Select[*tuple[Any, ...]]:
    """The films to decide on, best place first, films without a result last; reserves come in their own order."""
    found = _of_round(round_)
    if shown == Shown.ALL:
        return found.order_by(*_BY_place)
    if shown == Shown.UNDECIDED:
        return found.where(_UNDECIDED).order_by(*_BY_place)
    decided = found.where(Decision.state.in_(DECIDED), Decision.outcome == shown.value)
    return decided.order_by(*(_RESERVES_FIRST if shown == Shown.RESERVE else ()), *_BY_place)


def film(session: Session, round_: Round, number: str) -> Any:
    """One row of that list."""
    return session.execute(_of_round(round_).where(Entry.number == number)).first()


def top(session: Session, round_: Round, size: int) -> Sequence[Any]:
    """The films of the first `size` places; films that share the last of them all belong to it."""
    return session.execute(_of_round(round_).where(_place <= size).order_by(*_BY_place)).all()


def count_undecided(session: Session, round_: Round) -> int:
    """How many films the round judges that nobody has decided on."""
    waiting = _of_round(round_).where(_UNDECIDED).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


def count_unannounced(session: Session, round_: Round) -> int:
    """How many films the round judges whose makers were told of no decision; reserves know that they are."""
    first = sa.and_(Decision.state == DecisionState.PENDING, Decision.replaces_id.is_(None))
    waiting = _of_round(round_).where(sa.or_(_UNDECIDED, first)).subquery()
    return session.scalar(sa.select(sa.func.count()).select_from(waiting)) or 0


# ── quotas ─────────────────────────────────────────────────────────────


def bounds(session: Session, round_id: int) -> list[Bound]:
    """The round's quotas."""
    rows = session.scalars(sa.select(Quota).where(Quota.round_id == round_id).order_by(Quota.kind, Quota.key)).all()
    return [Bound(row.id, row.kind, row.key, row.at_least, row.at_most) for row in rows]


def quota(session: Session, round_id: int, quota_id: int) -> Quota | None:
    """One quota of a round."""
    return session.scalar(sa.select(Quota).where(Quota.id == quota_id, Quota.round_id == round_id))


def chosen(session: Session, round_id: int) -> list[Chosen]:
    """What quotas count of every film that is selected, released or not, and still in the running."""
    rows = session.execute(
        sa.select(Category.code, sa.func.coalesce(Cohort.code, ""), Entry.country, Entry.runtime_s)
        .select_from(Decision)
        .join(Entry, Entry.id == Decision.entry_id)
        .join(Category, Category.id == Entry.category_id)
        .outerjoin(Cohort, Cohort.id == Entry.cohort_id)
        .where(
            Decision.round_id == round_id,
            Decision.state.in_(DECIDED),
            Decision.outcome == Outcome.SELECTED,
            Entry.state == EntryState.ELIGIBLE,
            ~places.freed(Decision),
        )
    )
    return [Chosen(*row) for row in rows]


def quota_standings(session: Session, round_id: int) -> list[Standing]:
    """How the selection stands against each quota."""
    found = bounds(session, round_id)
    return standings(found, chosen(session, round_id)) if found else []


@dataclass(frozen=True)
class Kinds:
    """What quotas may count: the categories and classes, as (key, Korean name, English name)."""

    categories: Sequence[Any]
    schools: Sequence[Any]

    def name(self, kind: str, key: str) -> tuple[str, str] | None:
        """The names of a category or class."""
        rows = self.categories if kind == "category" else self.schools
        return next(((row.name_ko, row.name_en) for row in rows if row.code == key), None)


def quota_kinds(session: Session, round_: Round) -> Kinds:
    """The categories of the round's call, and the classes of its edition."""
    sections = sa.select(Category.code, Category.name_ko, Category.name_en).where(Category.call_id == round_.call_id)
    classes = sa.select(Cohort.code, Cohort.name_ko, Cohort.name_en).where(Cohort.edition_id == round_.edition_id)
    return Kinds(
        session.execute(sections.order_by(Category.position, Category.id)).all(),
        session.execute(classes.order_by(Cohort.id)).all(),
    )


# ── reserves ───────────────────────────────────────────────────────────


def decision_on(session: Session, round_: Round, number: str) -> Decision | None:
    """The decision of a round on the film with a number."""
    wanted = sa.select(Decision).join(Decision.entry).where(Decision.round_id == round_.id, Entry.number == number)
    return session.scalar(wanted.options(joinedload(Decision.entry)))


def vacancies(session: Session, round_id: int) -> Sequence[Any]:
    """The places that announced selections left free and that nobody took, the first left first.

    (decision id, number, titles), why (the entry's state, the invitation's id and state), and when one was offered.
    """
    return session.execute(free_places().where(Decision.round_id == round_id)).all()


def free_places() -> sa.Select[*tuple[Any, ...]]:
    """The same of every round."""
    taker = aliased(Decision)
    film = (Entry.number, Entry.title_ko, Entry.title_en, Entry.state.label("entry_state"))
    answered = (FilmInvitation.id.label("invitation_id"), FilmInvitation.state.label("invitation_state"))
    return (
        sa.select(Decision.id.label("decision_id"), *film, *answered, FilmInvitation.offered_at)
        .join(Entry, Entry.id == Decision.entry_id)
        .outerjoin(FilmInvitation, FilmInvitation.decision_id == Decision.id)
        .where(
            Decision.state == DecisionState.ANNOUNCED,
            Decision.outcome == Outcome.SELECTED,
            sa.or_(Entry.state != EntryState.ELIGIBLE, FilmInvitation.state.in_(places.FREED)),
            ~sa.exists().where(taker.replaces_id == Decision.id),
        )
        .order_by(Decision.id)
    )


def reserves(session: Session, round_: Round) -> Sequence[Any]:
    """Reserves whose makers know of it and who are still in the running, the next one first."""
    return session.execute(films(round_, Shown.RESERVE).where(Decision.state == DecisionState.ANNOUNCED)).all()


def promoted(session: Session, round_id: int) -> Sequence[Any]:
    """(number, titles) of reserves that took over a place and wait for their release."""
    film = (Entry.number, Entry.title_ko, Entry.title_en)
    waiting = (Decision.state == DecisionState.PENDING, Decision.replaces_id.is_not(None))
    wanted = sa.select(*film).join(Decision, Decision.entry_id == Entry.id).where(Decision.round_id == round_id)
    return session.execute(wanted.where(*waiting).order_by(Entry.number)).all()


def totals(rows: Collection[Any]) -> Counter[str]:
    """How many of these rows have which outcome; undecided ones count as such."""
    return Counter(row.outcome.value if row.state in DECIDED and row.outcome else "undecided" for row in rows)
