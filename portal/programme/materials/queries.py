"""Reads of materials: who owes what, what is due, how a screening's copies stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, load_only

from portal import clock
from portal.accounts.models import Person
from portal.entries.models import Entry
from portal.i18n import pick
from portal.lifecycles import MaterialState, ScreeningState
from portal.media.models import Asset
from portal.programme.materials.dues import OWED, days_left
from portal.programme.materials.models import Feature, Material, MaterialKind, TestPlay
from portal.programme.models import Package, PackageFilm, Screening
from portal.programme.queries.holding import shown_film
from portal.programme.queries.readiness import announced

# A measured length may differ by so much from the planned one before anybody has to look.
TOLERANCE_S = 2


class Filter(StrEnum):
    """What the matrix is narrowed to."""

    ALL = "all"
    MISSING = "missing"
    OVERDUE = "overdue"
    ARRIVED = "arrived"


@dataclass(frozen=True, slots=True)
class Cell:
    """One thing of one film; `left` is the days until it is due, negative when they have passed."""

    code: str
    kind: MaterialKind
    state: MaterialState
    due_at: datetime
    left: int

    @property
    def owed(self) -> bool:
        """Whether it still has to come."""
        return self.state in OWED

    @property
    def overdue(self) -> bool:
        """Whether it should have come."""
        return self.owed and self.left < 0


@dataclass(frozen=True, slots=True)
class Line:
    """A film and all it owes, by kind; `packages` are the titles it is shown under."""

    entry_id: int
    number: str
    title: str
    rating: int
    locked: bool
    packages: tuple[str, ...]
    cells: dict[MaterialKind, Cell]

    @property
    def missing(self) -> int:
        """How many things still have to come."""
        return sum(cell.owed for cell in self.cells.values())

    @property
    def overdue(self) -> int:
        """How many of them should have come."""
        return sum(cell.overdue for cell in self.cells.values())

    @property
    def arrived(self) -> int:
        """How many wait for the desk's look."""
        return sum(cell.state == MaterialState.RECEIVED for cell in self.cells.values())

    def matches(self, narrowed: Filter) -> bool:
        """Whether a filter keeps the film."""
        count = {Filter.MISSING: self.missing, Filter.OVERDUE: self.overdue, Filter.ARRIVED: self.arrived}
        return narrowed == Filter.ALL or count[narrowed] > 0


def matrix(session: Session, edition_id: int) -> list[Line]:
    """Every programmed or asked film of an edition with all it owes, by title; three statements."""
    inside = sa.exists().where(PackageFilm.entry_id == Entry.id)
    asked = sa.exists().where(Material.entry_id == Entry.id)
    query = (
        sa.select(Entry.id, Entry.number, Entry.title_ko, Entry.title_en, Feature.rating, Feature.locked_at)
        .outerjoin(Feature, Feature.entry_id == Entry.id)
        .where(Entry.edition_id == edition_id, sa.or_(inside, asked))
        .order_by(Entry.title_ko, Entry.id)
    )
    rows = session.execute(query).all()
    ids = [row.id for row in rows]
    cells, shown = _cells(session, ids), _shown_under(session, ids)
    return [
        Line(
            row.id,
            row.number,
            pick(row.title_ko, row.title_en) or row.number,
            row.rating or 0,
            row.locked_at is not None,
            tuple(shown.get(row.id, ())),
            cells.get(row.id, {}),
        )
        for row in rows
    ]


def _cells(session: Session, entry_ids: Collection[int]) -> dict[int, dict[MaterialKind, Cell]]:
    columns = (Material.entry_id, Material.code, Material.kind, Material.state, Material.due_at)
    now, found = clock.now(), defaultdict[int, dict[MaterialKind, Cell]](dict)
    for row in session.execute(sa.select(*columns).where(Material.entry_id.in_(entry_ids))):
        left = days_left(row.due_at, now=now)
        found[row.entry_id][row.kind] = Cell(row.code, row.kind, row.state, row.due_at, left)
    return found


def _shown_under(session: Session, entry_ids: Collection[int]) -> dict[int, list[str]]:
    query = (
        sa.select(PackageFilm.entry_id, Package.title_ko, Package.title_en)
        .join(Package, Package.id == PackageFilm.package_id)
        .where(PackageFilm.entry_id.in_(entry_ids))
        .order_by(Package.title_ko, Package.id)
    )
    found = defaultdict[int, list[str]](list)
    for row in session.execute(query):
        found[row.entry_id].append(pick(row.title_ko, row.title_en))
    return found


def unasked(session: Session, edition_id: int) -> Sequence[Entry]:
    """Announced selections that nothing was asked of yet."""
    asked = sa.exists().where(Material.entry_id == Entry.id)
    query = sa.select(Entry).where(Entry.edition_id == edition_id, announced(), ~asked)
    return session.scalars(query.order_by(Entry.id)).all()


def due_soon(session: Session, edition_id: int, *, days: int = 7) -> int:
    """How many things of an edition are due within some days or overdue; for the desk's menu."""
    query = (
        sa.select(sa.func.count(Material.id))
        .join(Material.entry)
        .where(
            Entry.edition_id == edition_id,
            Material.state.in_(OWED),
            Material.due_at <= clock.now() + timedelta(days=days),
        )
    )
    return session.scalar(query) or 0


_FILE = (Asset.code, Asset.file_name, Asset.sha256, Asset.size, Asset.duration_ms, Asset.received_at)


def owed_by(session: Session, entry_id: int) -> Sequence[Material]:
    """All things of a film in the order of their kinds, with the files behind them."""
    query = sa.select(Material).where(Material.entry_id == entry_id)
    loaded = session.scalars(query.options(joinedload(Material.asset).load_only(*_FILE))).all()
    places = list(MaterialKind)
    return sorted(loaded, key=lambda one: places.index(one.kind))


def material_by_code(session: Session, code: str) -> Material | None:
    """One thing with its film."""
    return session.scalar(sa.select(Material).where(Material.code == code).options(joinedload(Material.entry)))


def feature_of(session: Session, entry_id: int) -> Feature | None:
    """A film as it is programmed, with who locked it left aside; None before anybody programmed it."""
    return session.scalar(sa.select(Feature).where(Feature.entry_id == entry_id))


def screenings_of(session: Session, entry_id: int) -> Sequence[Screening]:
    """The screenings of a film by time, each with its hall and package."""
    inside = sa.select(PackageFilm.package_id).where(PackageFilm.entry_id == entry_id)
    query = (
        sa.select(Screening)
        .where(Screening.package_id.in_(inside), Screening.state != ScreeningState.CANCELLED)
        .order_by(Screening.starts_at, Screening.id)
    )
    return session.scalars(query.options(joinedload(Screening.hall), joinedload(Screening.package))).all()


@dataclass(frozen=True, slots=True)
class Copy:
    """A film's copy in a screening: what is shown, how long it is, who watched it, and whether it is locked."""

    entry_id: int
    number: str
    title: str
    planned_s: int
    measured_s: int | None
    sha256: str | None
    file_name: str
    reference: str
    locked_sha256: str | None
    locked_at: datetime | None
    test: TestPlay | None
    tester: str

    @property
    def differs_s(self) -> int:
        """How many seconds longer the copy is than planned; 0 within the tolerance or while nothing is here."""
        if self.measured_s is None or abs(self.measured_s - self.planned_s) <= TOLERANCE_S:
            return 0
        return self.measured_s - self.planned_s

    @property
    def stale(self) -> bool:
        """Whether the test was of another copy than the one that would be shown."""
        return self.test is not None and self.test.sha256 != self.sha256

    @property
    def fit(self) -> bool:
        """Whether this very copy was watched and found right."""
        return self.test is not None and self.test.passed and not self.stale

    @property
    def broken_lock(self) -> bool:
        """Whether another copy than the locked one would be shown."""
        return self.locked_sha256 is not None and self.locked_sha256 != self.sha256


def copies(session: Session, screening: Screening) -> list[Copy]:
    """The copies of a screening in the order they are shown; two statements."""
    plays = _last_plays(session, screening.id)
    query = (
        sa.select(Entry.id, Entry.number, Entry.title_ko, Entry.title_en, Entry.runtime_s)
        .add_columns(Asset.sha256, Asset.duration_ms, Asset.file_name, Material.reference)
        .add_columns(Feature.locked_sha256, Feature.locked_at)
        .join(PackageFilm, PackageFilm.entry_id == Entry.id)
        .outerjoin(Asset, Asset.id == _shown(Entry.id))
        .outerjoin(Material, sa.and_(Material.entry_id == Entry.id, Material.kind == MaterialKind.MASTER))
        .outerjoin(Feature, Feature.entry_id == Entry.id)
        .where(PackageFilm.package_id == screening.package_id)
        .order_by(PackageFilm.position)
    )
    return [_copy(row, *plays.get(row.id, (None, ""))) for row in session.execute(query)]


def _shown(entry_id: Any) -> sa.ScalarSelect[int]:
    return sa.select(sa.func.max(Asset.id)).where(shown_film(entry_id)).correlate(Entry).scalar_subquery()


def _last_plays(session: Session, screening_id: int) -> dict[int, tuple[TestPlay, str]]:
    query = (
        sa.select(TestPlay, Person)
        .outerjoin(Person, Person.id == TestPlay.by_id)
        .where(TestPlay.screening_id == screening_id)
        .order_by(TestPlay.id)
        .options(load_only(TestPlay.entry_id, TestPlay.sha256, TestPlay.passed, TestPlay.note, TestPlay.at))
    )
    return {
        play.entry_id: (play, pick(person.native_name, person.latin_name) if person else "")
        for play, person in session.execute(query)
    }


def _copy(row: sa.Row[tuple[object, ...]], test: TestPlay | None, tester: str) -> Copy:
    return Copy(
        entry_id=row.id,
        number=row.number,
        title=pick(row.title_ko, row.title_en) or row.number,
        planned_s=row.runtime_s,
        measured_s=None if row.duration_ms is None else round(row.duration_ms / 1000),
        sha256=row.sha256,
        file_name=row.file_name or "",
        reference=row.reference or "",
        locked_sha256=row.locked_sha256,
        locked_at=row.locked_at,
        test=test,
        tester=tester,
    )
