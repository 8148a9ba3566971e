"""A class's films for the class: what is shown of them, their notes and votes, prompt logs, and where they went on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, selectinload

from portal.accounts.models import Person
from portal.calls.models import Call
from portal.disclosure.consent import guardians
from portal.disclosure.models import Disclosure
from portal.entries.checklist import Task
from portal.entries.classroom.models import PeerNote, PeerVote, Promotion, Prompt
from portal.entries.models import Entry, Member, Receipt
from portal.entries.queries.classes import SHOWN, showcase_rows
from portal.entries.queries.entry import entry_by_number
from portal.entries.queries.known import today
from portal.media.models import Asset, Slot
from portal.policies import Actor, Role, Scope
from portal.school.models import Cohort, Enrolment, Team

MOST_PROMPTS = 1000


@dataclass(frozen=True, slots=True)
class ClassFilm:
    """An entry of a class's own call with its class, the students of its team, and who leads them."""

    entry: Entry
    cohort: Cohort
    team: frozenset[int]
    leader_id: int | None

    @property
    def makers(self) -> frozenset[int]:
        """Who made the film: whoever works on the entry, and the whole team."""
        return self.entry.member_ids | self.team

    @property
    def over(self) -> bool:
        """Whether the class has ended: its votes are counted then."""
        return over(self.cohort)


def over(cohort: Cohort) -> bool:
    """Whether a class's last day has passed, in Seoul."""
    return today() > cohort.ends_on


def class_film(session: Session, number: str, **_beside: object) -> ClassFilm | None:
    """A class's entry in any state; one that was promoted to a festival's call is none."""
    entry = entry_by_number(session, number)
    if entry is None or not entry.in_class:
        return None
    cohort = session.get_one(Cohort, entry.cohort_id)
    if entry.team_id is None:
        return ClassFilm(entry, cohort, frozenset(), None)
    leader = session.scalar(sa.select(Team.leader_id).where(Team.id == entry.team_id))
    mates = session.scalars(sa.select(Enrolment.person_id).where(Enrolment.team_id == entry.team_id))
    return ClassFilm(entry, cohort, frozenset(mates), leader)


def shown_film(session: Session, number: str, **_beside: object) -> ClassFilm | None:
    """A film of the showcase: handed in, and every guardian who is asked for has consented."""
    film = class_film(session, number)
    if film is None or film.entry.state not in SHOWN or guardians.lacking(session, film.entry.id):
        return None
    return film


@dataclass(frozen=True, slots=True)
class Showcase:
    """The films a class may see, how many are kept back for a guardian's word, and what this person gave."""

    films: Sequence[Any]
    kept_back: int
    votes: dict[int, int]
    notes: dict[int, int]
    given: frozenset[int]
    own: frozenset[int]


def showcase(session: Session, cohort: Cohort, person_id: int | None) -> Showcase:
    """The films of a class with everybody's votes and notes counted, and this person's own; five statements."""
    rows = showcase_rows(session, cohort.id)
    films = [row for row in rows if not row.unspoken]
    ids = [row.id for row in films]
    makers = makers_of(session, ids)
    place = enrolment_of(session, cohort.id, person_id)
    own = {row.id for row in films if person_id in makers[row.id] or _shares_team(place, row.team_id)}
    return Showcase(
        films,
        len(rows) - len(films),
        _counted(session, PeerVote.entry_id, ids),
        _counted(session, PeerNote.entry_id, ids),
        votes_of(session, cohort, person_id),
        frozenset(own),
    )


def _shares_team(place: Enrolment | None, team_id: int | None) -> bool:
    return place is not None and place.team_id is not None and place.team_id == team_id


def makers_of(session: Session, entry_ids: Sequence[int]) -> dict[int, set[int]]:
    """Owner and accepted members of each of these entries; one statement."""
    owners = sa.select(Entry.id, Entry.owner_id).where(Entry.id.in_(entry_ids))
    joined = sa.select(Member.entry_id, Member.person_id).where(Member.person_id.is_not(None))
    found: dict[int, set[int]] = defaultdict(set)
    pairs: Sequence[Any] = session.execute(sa.union(owners, joined.where(Member.entry_id.in_(entry_ids)))).all()
    for entry_id, person_id in pairs:
        found[entry_id].add(person_id)
    return found


def _counted(session: Session, column: Any, ids: Sequence[int]) -> dict[int, int]:
    wanted = sa.select(column, sa.func.count()).where(column.in_(ids)).group_by(column)
    rows: Sequence[Any] = session.execute(wanted).all()
    return dict(rows)


def votes_of(session: Session, cohort: Cohort, person_id: int | None) -> frozenset[int]:
    """The entries of a class somebody votes for, those that are not shown now among them."""
    wanted = sa.select(PeerVote.entry_id).join(Entry, Entry.id == PeerVote.entry_id)
    return frozenset(session.scalars(wanted.where(Entry.cohort_id == cohort.id, PeerVote.person_id == person_id)))


def hidden_votes(session: Session, ids: Iterable[int]) -> Sequence[sa.Row[str, str, str]]:
    """Number and titles of films that somebody voted for, for taking the vote back."""
    wanted = sa.select(Entry.number, Entry.title_ko, Entry.title_en).where(Entry.id.in_(tuple(ids)))
    return session.execute(wanted.order_by(Entry.id)).all()


def votes_for(session: Session, entry_id: int) -> int:
    """How many classmates vote for a film."""
    return session.scalar(sa.select(sa.func.count()).where(PeerVote.entry_id == entry_id)) or 0


def votes_here(session: Session, entry_id: int, person_id: int | None) -> bool:
    """Whether this person votes for this film."""
    mine = sa.exists().where(PeerVote.entry_id == entry_id, PeerVote.person_id == person_id)
    return session.scalar(sa.select(mine)) is True


def enrolment_of(session: Session, cohort_id: int, person_id: int | None) -> Enrolment | None:
    """A person's place in a class; nobody has one who is not signed in."""
    return session.scalar(sa.select(Enrolment).filter_by(cohort_id=cohort_id, person_id=person_id))


# ── notes ──────────────────────────────────────────────────────────────


def notes(session: Session, film: ClassFilm, actor: Actor) -> Sequence[PeerNote]:
    """The notes this person reads: makers those not hidden, mentors and the office all, everybody else their own."""
    wanted = sa.select(PeerNote).where(PeerNote.entry_id == film.entry.id).options(joinedload(PeerNote.person))
    mine = PeerNote.person_id == actor.person_id
    if not guides(actor, film.cohort):
        made = actor.person_id in film.makers
        wanted = wanted.where(sa.or_(mine, PeerNote.hidden_at.is_(None)) if made else mine)
    return session.scalars(wanted.order_by(PeerNote.id)).all()


def note_by_code(session: Session, code: str) -> PeerNote | None:
    """One note."""
    return session.scalar(sa.select(PeerNote).where(PeerNote.code == code))


def guides(actor: Actor, cohort: Cohort) -> bool:
    """Whether somebody mentors the class or runs it: they read every note, hide one, and know the votes."""
    office = cohort.edition_id in actor.places(Scope.EDITION, Role.ORGANIZER)
    return office or actor.holds(Role.MENTOR, Scope.COHORT, cohort.id)


# ── prompt logs ────────────────────────────────────────────────────────


def prompts(session: Session, entry_id: int) -> Sequence[Prompt]:
    """A team's prompt log in the order it was written."""
    return session.scalars(sa.select(Prompt).where(Prompt.entry_id == entry_id).order_by(Prompt.id)).all()


def writers(session: Session, lines: Iterable[Prompt]) -> dict[int, str]:
    """The names of who wrote these lines."""
    ids = {one.person_id for one in lines if one.person_id is not None}
    rows: Sequence[Any] = session.execute(sa.select(Person.id, Person.native_name).where(Person.id.in_(ids))).all()
    return dict(rows)


def prompt_by_code(session: Session, entry_id: int, code: str) -> Prompt | None:
    """One line of an entry's log."""
    return session.scalar(sa.select(Prompt).where(Prompt.entry_id == entry_id, Prompt.code == code))


# ── promotions ─────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a class's film went on to: the festival's call, the entry there, and how it stands."""

    source_id: int
    call_id: int
    number: str
    state: Any
    announced: str
    call_ko: str
    call_en: str


def onward(session: Session, entry_ids: Iterable[int]) -> dict[int, list[Onward]]:
    """What became of each of these class films in festival calls; one statement."""
    wanted = (
        sa.select(Promotion.source_id, Promotion.call_id, Entry.number, Entry.state, Entry.announced)
        .add_columns(Call.name_ko, Call.name_en)
        .join(Entry, Entry.id == Promotion.entry_id)
        .join(Call, Call.id == Promotion.call_id)
        .where(Promotion.source_id.in_(tuple(entry_ids)))
        .order_by(Promotion.id)
    )
    found: dict[int, list[Onward]] = defaultdict(list)
    for row in session.execute(wanted):
        found[row.source_id].append(Onward(*row))
    return found


def promoted(session: Session, source_id: int, call_id: int) -> Entry | None:
    """The entry a class's film became in a call."""
    wanted = sa.select(Entry).join(Promotion, Promotion.entry_id == Entry.id)
    found = wanted.where(Promotion.source_id == source_id, Promotion.call_id == call_id)
    return session.scalar(found.options(selectinload(Entry.members), joinedload(Entry.call)))


@dataclass(frozen=True, slots=True)
class Origin:
    """The class's entry a festival's entry was carried over from, and its receipt."""

    promotion: Promotion
    number: str
    title_ko: str
    title_en: str
    cohort_ko: str
    cohort_en: str
    receipt: str | None
    film_sha256: str


def origin(session: Session, entry: Entry) -> Origin | None:
    """Where a festival's entry comes from; asked only of those that belong to a class."""
    if entry.cohort_id is None or entry.in_class:
        return None
    wanted = (
        sa.select(Promotion, Entry.number, Entry.title_ko, Entry.title_en, Cohort.name_ko, Cohort.name_en)
        .add_columns(Receipt.number, sa.func.coalesce(Receipt.film_sha256, ""))
        .join(Entry, Entry.id == Promotion.source_id)
        .join(Cohort, Cohort.id == Entry.cohort_id)
        .outerjoin(Receipt, Receipt.id == Promotion.receipt_id)
        .where(Promotion.entry_id == entry.id)
    )
    found = session.execute(wanted).first()
    return Origin(*found) if found else None


_TEXTS = (Task.INFO, Task.CREDITS, Task.RIGHTS)
_WORDS = (Task.AI, Task.CONSENTS)


def carried(session: Session, entry: Entry) -> frozenset[Task]:
    """The tasks of a promoted entry that nobody has touched since everything came along; one statement."""
    newest = sa.select(sa.func.max(Asset.created_at)).where(Asset.entry_id == entry.id, Asset.superseded_at.is_(None))
    films = newest.where(Asset.slot == Slot.FILM).scalar_subquery()
    pictures = newest.where(Asset.slot.in_((Slot.POSTER, Slot.STILL))).scalar_subquery()
    wanted = (
        sa.select(Promotion.at, films.label("film"), pictures.label("pictures"), Disclosure.updated_at)
        .outerjoin(Disclosure, Disclosure.entry_id == Promotion.entry_id)
        .where(Promotion.entry_id == entry.id)
    )
    found = session.execute(wanted).first()
    if found is None:
        return frozenset()
    changed = {
        **dict.fromkeys(_TEXTS, entry.updated_at),
        **dict.fromkeys(_WORDS, found.updated_at),
        Task.FILM: found.film,
        Task.IMAGES: found.pictures,
    }
    return frozenset(task for task, at in changed.items() if at is not None and at <= found.at)
