"""The demo's programme: an omnibus evening of five shorts, three more packages, talks, seats, a waiting list."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal import signing
from portal.accounts.models import Person
from portal.audience.models import Booking
from portal.calls.models import Edition, Gel
from portal.demo import materials, words
from portal.demo.cast import DOMAIN, Cast
from portal.entries.models import Entry
from portal.lifecycles import GuestState, SeatState, advance
from portal.policies import SYSTEM, Actor
from portal.programme.models import Guest, Hall, Package, PackageFilm, QASession, Screening
from portal.programme.queries.packages import package_by_code
from portal.programme.service import conversations, packages, places, releases, screenings, talk_states
from portal.programme.service.packages import PackageDraft
from portal.programme.service.places import HallDraft, VenueDraft

SEOUL = ZoneInfo("Asia/Seoul")
PACKAGES = (
    ("다섯 개의 판", "Five Boards", "여섯 감독의 옴니버스", "An omnibus by six directors", Gel.EVENT, 15, 5),
    ("AI 단편 1", "AI Shorts 1", "받아쓰는 기계들", "Machines That Take Dictation", Gel.AI, 12, 6),
    ("AI 단편 2", "AI Shorts 2", "서울의 미래들", "Futures of Seoul", Gel.AI, 12, 6),
    ("세계의 창", "Windows on the World", "눈과 물", "Snow and Water", Gel.WORLD, 0, 7),
)
# package, day, hour, minute, hall, minutes of talk, seats taken of all
PLAN = (
    (0, 0, 19, 0, 0, 40, 1.0),
    (1, 1, 15, 30, 0, 25, 0.92),
    (2, 1, 18, 30, 1, 20, 0.55),
    (3, 2, 14, 0, 1, 0, 0.31),
    (1, 2, 17, 0, 0, 0, 0.4),
    (2, 3, 16, 0, 0, 25, 0.22),
)
WAITING = 12


def fill(session: Session, rng: random.Random, edition: Edition, early: Sequence[int], cast: Cast) -> None:
    """Halls, packages, screenings, talks, a published version, bookings."""
    by = Actor("person", cast.staff["programmer"])
    halls = _halls(session, edition, by)
    made = _packages(session, edition, early, by)
    materials.fill(session, made, by)
    shown = [_screening(session, edition, made, halls, row, by) for row in PLAN]
    for screening, row in zip(shown, PLAN, strict=True):
        if row[5]:
            _talk(session, rng, screening, row[5], by)
    for screening in shown:
        screenings.confirm(session, screening, by=by)
    releases.release(session, edition, base=0, by=by)
    for screening, row in zip(shown, PLAN, strict=True):
        _bookings(session, rng, screening, row[6])


def _halls(session: Session, edition: Edition, by: Actor) -> list[Hall]:
    venue = places.add_venue(
        session,
        edition,
        VenueDraft("판 극장", "P.A.N Cinema", "서울 중구 을지로 1", "1 Eulji-ro, Jung-gu, Seoul"),
        by=by,
    )
    return [
        places.add_hall(session, venue, HallDraft("1관", "Hall 1", 300, 6, plan=materials.GREAT_HALL), by=by),
        places.add_hall(session, venue, HallDraft("2관", "Hall 2", 120, 4), by=by),
        places.add_hall(session, venue, HallDraft("라운지", "Lounge", 60, 2), by=by),
    ]


def _packages(session: Session, edition: Edition, early: Sequence[int], by: Actor) -> list[Package]:
    films = iter(
        session.scalars(sa.select(Entry).where(Entry.id.in_(early)).order_by(Entry.id).options(joinedload(Entry.owner)))
    )
    made = []
    for ko, en, subtitle_ko, subtitle_en, gel, rating, count in PACKAGES:
        draft = PackageDraft(ko, en, subtitle_ko, subtitle_en, gel, rating)
        code = packages.create_package(session, edition, draft, by=by).code
        package = package_by_code(session, code)
        assert package is not None
        for _ in range(count):
            packages.add_film(session, package, next(films), by=by)
        made.append(package)
    return made


def _screening(
    session: Session,
    edition: Edition,
    made: Sequence[Package],
    halls: Sequence[Hall],
    row: tuple[float, ...],
    by: Actor,
) -> Screening:
    package, day, hour, minute, hall = (int(value) for value in row[:5])
    starts = datetime.combine(edition.starts_on + timedelta(days=day), time(hour, minute), SEOUL)
    return screenings.place(session, made[package], halls[hall], starts, by=by)


def _talk(session: Session, rng: random.Random, screening: Screening, minutes: float, by: Actor) -> None:
    """The directors of the package are invited; most have answered, one joins by video, one has not answered."""
    talk = conversations.plan_talk(session, screening, minutes=int(minutes), moderator="최민경", by=by)
    session.flush()
    talk = session.scalars(
        sa.select(QASession).where(QASession.id == talk.id).options(
            joinedload(QASession.guests),
            joinedload(QASession.screening).options(joinedload(Screening.package), joinedload(Screening.hall).joinedload(Hall.venue)),
        )
    ).unique().one()  # fmt: skip
    answers = [GuestState.ACCEPTED] * 3 + [GuestState.REMOTE, GuestState.DECLINED, None]
    directors = session.execute(
        sa.select(Person, Entry.id)
        .join(Entry, Entry.owner_id == Person.id)
        .join(PackageFilm, PackageFilm.entry_id == Entry.id)
        .where(PackageFilm.package_id == screening.package_id)
        .order_by(PackageFilm.position)
    ).all()
    for (person, entry_id), answer in zip(directors, answers, strict=False):
        guest = Guest(
            qa_session_id=talk.id,
            entry_id=entry_id,
            person_id=person.id,
            state=GuestState.INVITED,
            name=person.native_name,
            email=person.email,
            language=person.language,
            answer_by=conversations.answer_by(screening.starts_at),
        )
        session.add(guest)
        session.flush()
        if answer is not None:
            advance(session, guest, answer, by=SYSTEM)
    talk_states.note_invitation(session, talk, by=by)


def _bookings(session: Session, rng: random.Random, screening: Screening, share: float) -> None:
    """Parties of one to four until the share is taken; where the hall is full, a dense waiting list."""
    pool = words.names(random.Random(screening.id))
    wanted, taken = int(screening.seats * share), 0
    rows: list[dict[str, object]] = []
    while taken < wanted:
        party = min(rng.choice((1, 1, 2, 2, 2, 3, 4)), wanted - taken)
        rows.append(_booking(screening, next(pool).native, len(rows), party, SeatState.CONFIRMED, None))
        taken += party
    if share == 1.0:
        rows += [
            _booking(screening, next(pool).native, len(rows) + n, rng.choice((1, 2)), SeatState.WAITLISTED, n + 1)
            for n in range(WAITING)
        ]
    session.execute(sa.insert(Booking), rows)
    screening.taken = taken
    screening.next_position = WAITING + 1 if share == 1.0 else 1
    session.flush()


def _booking(
    screening: Screening, name: str, n: int, party: int, state: SeatState, position: int | None
) -> dict[str, object]:
    return {
        "code": signing.random_code(),
        "screening_id": screening.id,
        "state": state,
        "name": name,
        "email": f"guest{screening.id}-{n}@{DOMAIN}",
        "party": party,
        "position": position,
    }
