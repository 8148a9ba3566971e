"""Days filled from the tray: no hard problem in any plan, a proof that holds, and what is taken over or refused."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal import claims, clock
from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.errors import Invalid, Stale
from portal.lifecycles import PlacingState, ScreeningState
from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.models import Screening
from portal.programme.placing import service as placing
from portal.programme.placing import solving
from portal.programme.placing.instance import Busy, Instance, Parcel, Place, Solved, Taken, from_json
from portal.programme.placing.models import EngagementRole, Placing
from portal.programme.placing.reasons import Why, faults, reason, text
from portal.programme.service.engagements import Engaging, engage
from portal.programme.timetable import Board, Engaged, Room, Show
from portal.settings import Settings
from tests.programme import rows
from workers.programme import fill_days

DAYS = ("2027-02-19", "2027-02-20")
ZONE = queries.desk.ZONE


def drawn(seed: int) -> Instance:
    """A small festival as chance will have it: too much or too little, with shared people and things that stand."""
    chance = random.Random(seed)
    people = [f"p{n}" for n in range(6)]
    parcels = tuple(
        Parcel(
            f"k{n}",
            f"K{n}",
            films := chance.randint(20, 150),
            films + chance.choice([0, 20]),
            chance.choice([0, 40, 200]),
            chance.choice([0, 15, 19]),
            people=tuple(chance.sample(people, chance.randint(0, 3))),
            blocked=("눈",) if chance.random() < 0.1 else (),
        )
        for n in range(chance.randint(1, 14))
    )
    places = tuple(
        Place(n, f"{n}관", seats, chance.choice([0, 10, 20]), chance.choice([0, 600, 840]), chance.choice([1200, 1500]))
        for n, seats in enumerate([300, 80][: chance.randint(1, 2)])
    )
    taken = tuple(
        Taken(day, 0, start, start + 95)
        for day in DAYS
        for start in [chance.randint(600, 1100)]
        if chance.random() < 0.6
    )
    busy = tuple(Busy(DAYS[0], who, 780, 840 + chance.randint(0, 300)) for who in chance.sample(people, 2))
    return Instance(DAYS, parcels, places, taken, busy)


def shown(instance: Instance, solved: Solved) -> Board:
    """The plan as the timetable's own rules see it: everybody of a package is there from its start to its end."""

    def moment(day: str, minute: int) -> datetime:
        return datetime.combine(date.fromisoformat(day), time(), ZONE) + timedelta(minutes=minute)

    shows = [
        Show(
            parcel.code,
            parcel.title,
            instance.places[spot.place].id,
            start := moment(instance.days[spot.day], spot.start),
            start + timedelta(minutes=parcel.length),
            seats=1,
            slot=timedelta(minutes=parcel.length),
            blocked=parcel.blocked,
            watchers={one: one for one in parcel.people},
        )
        for number, spot in solved.spots.items()
        for parcel in [instance.parcels[number]]
    ]
    shows += [
        Show(f"t{n}", "T", one.hall, moment(one.day, one.start), moment(one.day, one.end), seats=1)
        for n, one in enumerate(instance.taken)
    ]
    rooms = [
        Room(one.id, one.name, one.seats, timedelta(minutes=one.turnaround), one.opens, one.closes)
        for one in instance.places
    ]
    engaged = [
        Engaged(f"b{n}", one.person, one.person, "B", moment(one.day, one.start), moment(one.day, one.end))
        for n, one in enumerate(instance.busy)
    ]
    return Board(shows, rooms, ZONE, engaged)


@pytest.mark.parametrize("seed", range(12))
def test_no_hard_problem_in_any_filled_day(seed: int) -> None:
    instance = drawn(seed)
    solved = solving.solve(instance, limit=20)
    placed = {instance.parcels[number].code for number in solved.spots}
    found = [one for one in shown(instance, solved).findings if one.hard and placed.intersection(one.keys)]
    assert found == []
    assert faults(instance, solved) == []
    assert solved.objective <= solved.bound + 1e-6
    for number, parcel in enumerate(instance.parcels):
        if number not in solved.spots:
            why, params = reason(instance, parcel, proven=solved.status == "optimal")
            assert text(why, params)


def test_the_plan_is_the_best_of_all() -> None:
    """Three packages, room for two: every pair and order is tried by hand."""
    parcels = tuple(Parcel(f"k{n}", "K", 90, 90, expected) for n, expected in enumerate([300, 40, 200]))
    instance = Instance(DAYS[:1], parcels, (Place(1, "1관", 300, 20, 840, 1050),))
    solved = solving.solve(instance)
    assert (set(solved.spots), solved.status) == ({0, 2}, "optimal")
    assert reason(instance, parcels[1], proven=True)[0] == Why.ROOM


def test_each_package_left_out_hears_its_own_reason() -> None:
    place = Place(1, "1관", 300, 20, 600, 900)
    held, long, away = (
        Parcel("a", "A", 60, 60, blocked=("눈",)),
        Parcel("b", "B", 301, 301),
        Parcel("c", "C", 60, 60, people=("han",)),
    )
    instance = Instance(DAYS[:1], (held, long, away), (place,), busy=(Busy(DAYS[0], "han", 500, 1000),))
    wide = Instance(DAYS[:1], (away,), (place,), taken=(Taken(DAYS[0], 1, 610, 890),))
    assert solving.solve(instance).spots == {}
    assert [reason(instance, one, proven=True)[0] for one in instance.parcels] == [Why.HOLD, Why.TOO_LONG, Why.PEOPLE]
    assert reason(wide, away, proven=True)[0] == Why.NO_GAP
    assert reason(Instance(DAYS, (away,), ()), away, proven=True)[0] == Why.NO_HALL


def test_a_question_survives_its_storing() -> None:
    instance = drawn(3)
    again = from_json(instance.as_json())
    assert (again, again.fingerprint) == (instance, instance.fingerprint)
    longer = Instance(**{**{name: getattr(instance, name) for name in instance.__slots__}, "days": DAYS[:1]})
    assert longer.fingerprint != instance.fingerprint


@pytest.fixture
def wanted(session: Session) -> Placing:
    """Three packages in the tray of an edition with one hall, and the question for its first day."""
    edition = rows.edition(session)
    hall = rows.hall(session, edition)
    for title in ("하나", "둘", "셋"):
        rows.package(session, edition, rows.film(session, edition, minutes=60), title=title)
    standing = rows.package(session, edition, rows.film(session, edition, minutes=60), title="넷")
    rows.screening(session, standing, hall, rows.evening(hour=15))
    made = placing.want(session, edition, [edition.starts_on.isoformat()], 20, by=SYSTEM)
    session.commit()
    return made


def worked_out(session: Session, wanted: Placing) -> Placing:
    fill_days(wanted.id)
    session.refresh(wanted)
    session.commit()
    return wanted


def test_asked_worked_out_and_taken_over(session: Session, wanted: Placing, environment: Settings) -> None:
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    assert placing.want(session, edition, wanted.days, 0, by=SYSTEM).id == wanted.id
    assert list(placing.waiting(session)) == [wanted.id]
    session.commit()
    found = worked_out(session, wanted)
    assert (found.state, found.report["status"], len(found.outcome["spots"])) == (PlacingState.SOLVED, "optimal", 3)
    fill_days(wanted.id)
    assert placing.apply(session, found, by=SYSTEM) == placing.apply(session, found, by=SYSTEM) == 3
    session.commit()
    planned = session.scalars(sa.select(Screening)).all()
    assert [one.state for one in planned] == [ScreeningState.PLANNED] * 4
    assert [one for one in queries.day_plan(session, edition.id, edition.starts_on).findings if one.hard] == []
    with pytest.raises(Invalid):
        placing.drop(session, found, by=SYSTEM)


def test_two_organizers_take_one_plan_over_once(
    session: Session, sessions: sessionmaker[Session], wanted: Placing, environment: Settings
) -> None:
    placing_id = worked_out(session, wanted).id
    session.commit()

    def take_over(_: int) -> int:
        with unit_of_work(sessions) as own:
            return placing.apply(own, own.get_one(Placing, placing_id), by=SYSTEM)

    with ThreadPoolExecutor(2) as organizers:
        assert list(organizers.map(take_over, range(2))) == [3, 3]
    assert session.scalar(sa.select(sa.func.count(Screening.id))) == 4
    applied = sa.select(sa.func.count()).where(AuditRecord.verb == "placing.applied")
    assert session.scalar(applied) == 1


def test_a_plan_that_was_overtaken_is_not_taken_over(session: Session, wanted: Placing, environment: Settings) -> None:
    found = worked_out(session, wanted)
    screening = session.scalars(sa.select(Screening)).one()
    hall = queries.hall_choices(session, found.edition_id)[0]
    service.move(session, screening, hall, rows.evening(hour=16), rev=screening.rev, by=SYSTEM)
    with pytest.raises(Stale):
        placing.apply(session, found, by=SYSTEM)
    assert session.scalar(sa.select(sa.func.count(Screening.id))) == 1
    placing.drop(session, found, by=SYSTEM)
    placing.drop(session, found, by=SYSTEM)
    assert found.state == PlacingState.DROPPED


def test_an_engagement_of_a_maker_is_kept_free(session: Session, wanted: Placing) -> None:
    edition = queries.edition_on(session, rows.evening().date())
    assert edition is not None
    question = placing.take(session, wanted.id)
    assert question is not None
    [maker] = question.parcels[0].people
    start = rows.evening(hour=11)
    away = Engaging("감독", maker, EngagementRole.GUEST, "인터뷰", starts_at=start, ends_at=rows.evening(hour=21))
    assert engage(session, edition, away, by=SYSTEM).id == engage(session, edition, away, by=SYSTEM).id
    again = placing.instance_of(session, edition.id, wanted.days, 20)
    assert again.busy == (Busy(wanted.days[0], maker, 11 * 60, 21 * 60),)
    assert again.fingerprint != question.fingerprint


def test_what_kills_its_worker_three_times_has_failed(session: Session, wanted: Placing) -> None:
    for _attempt in range(claims.MAX_ATTEMPTS):
        assert placing.take(session, wanted.id) is not None
        assert placing.take(session, wanted.id) is None
        wanted.lease_until = clock.now() - timedelta(seconds=1)
        session.commit()
    assert placing.take(session, wanted.id) is None
    assert wanted.state == PlacingState.FAILED
    assert wanted.last_error


@pytest.mark.parametrize(("days", "talk"), [(["2020-01-01"], 20), (None, 61), (None, -1)])
def test_an_odd_question_is_refused(session: Session, days: list[str] | None, talk: int) -> None:
    edition = rows.edition(session)
    rows.package(session, edition, rows.film(session, edition))
    with pytest.raises(Invalid):
        placing.want(session, edition, [edition.starts_on.isoformat()] if days is None else days, talk, by=SYSTEM)
