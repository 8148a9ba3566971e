"""The demo's preview of three days ago: who came, what they asked and voted, and the favourite that was announced."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.audience.models import Booking, Group, Origin, Scan, ScanOutcome
from portal.calls.models import Edition
from portal.demo import words
from portal.demo.cast import DOMAIN, Cast
from portal.i18n import SEOUL
from portal.lifecycles import QuestionState, ScreeningState, SeatState, advance
from portal.live.ballots import service as ballots
from portal.live.models import AudienceVote, BallotBox, Question, Theme
from portal.policies import SYSTEM, Actor
from portal.programme.models import Hall, Package, PackageFilm, Screening
from portal.programme.service import screenings

SEED = 12
DAYS_AGO = 3
GROUPS = (("교육생", "Trainees", 34), ("지난해 수상자", "Last year's winners", 3))
SEATS = 112
# how the hall liked the six films, from one to five stars
LIKED = (
    (1, 3, 10, 24, 30),
    (2, 6, 16, 26, 14),
    (0, 2, 9, 25, 32),
    (4, 9, 18, 18, 8),
    (1, 4, 14, 28, 20),
    (3, 8, 20, 20, 10),
)
_STORY, _MAKING, _AI, _PEOPLE, _INDUSTRY = Theme.STORY, Theme.MAKING, Theme.AI, Theme.PEOPLE, Theme.INDUSTRY
_Q = QuestionState
# film (0: all of them), theme, state, votes, language, words
QUESTIONS = (
    (1, _AI, _Q.ANSWERED, 27, "ko", "마지막 편지의 문장은 사람이 썼나요, 기계가 썼나요?"),
    (3, _MAKING, _Q.ANSWERED, 22, "ko", "새벽 하늘은 몇 번이나 다시 만들었나요?"),
    (5, _STORY, _Q.ANSWERED, 19, "ko", "할머니가 끝내 문을 열지 않은 까닭이 궁금해요."),
    (0, _INDUSTRY, _Q.WRITTEN, 18, "en", "Where do you want these films to be seen after the festival?"),
    (1, _PEOPLE, _Q.ANSWERED, 15, "ko", "목소리를 빌려준 배우는 완성된 작품을 어떻게 보았나요?"),
    (0, _AI, _Q.ANSWERED, 14, "ko", "AI를 쓰지 않기로 한 장면이 있다면 어디인가요?"),
    (2, _STORY, _Q.ANSWERED, 11, "ko", "두 사람은 서로를 알아본 걸까요?"),
    (6, _MAKING, _Q.SKIPPED, 9, "ko", "소리를 먼저 만들고 그림을 맞췄다고 들었는데 맞나요?"),
    (4, _AI, _Q.WRITTEN, 8, "en", "Which of the faces belong to real people?"),
    (3, _PEOPLE, _Q.APPROVED, 6, "ko", "마을 사람들의 동의는 어떻게 받았나요?"),
    (0, _INDUSTRY, _Q.APPROVED, 5, "ko", "혼자서도 이런 작품을 만들 수 있을까요?"),
    (4, None, _Q.APPROVED, 3, "ko", "제작 기간이 얼마나 걸렸나요?"),
    (0, None, _Q.DECLINED, 0, "ko", "주차권은 어디에서 받나요?"),
)


def fill(session: Session, edition: Edition, cast: Cast) -> None:
    """One screening from its bookings to its announced result, as the portal would have it after the evening."""
    rng, by = random.Random(SEED), Actor("person", cast.staff["programmer"])
    day = clock.now().astimezone(ZoneInfo(SEOUL)) - timedelta(days=DAYS_AGO)
    starts = day.replace(hour=19, minute=0, second=0, microsecond=0)
    screening = _screening(session, edition, starts, by)
    seats = _bookings(session, rng, screening, edition)
    _scans(session, rng, screening)
    films = session.scalars(
        sa.select(PackageFilm.entry_id)
        .where(PackageFilm.package_id == screening.package_id)
        .order_by(PackageFilm.position)
    ).all()
    _questions(session, screening, films)
    _ballot(session, rng, screening, films, seats, by)


def _screening(session: Session, edition: Edition, starts: datetime, by: Actor) -> Screening:
    package = session.scalars(
        sa.select(Package).where(Package.edition_id == edition.id, Package.title_en == "AI Shorts 2")
    ).one()
    hall = session.scalars(sa.select(Hall).where(Hall.seats == 120).order_by(Hall.id)).first()
    assert hall is not None
    found = screenings.place(session, package, hall, starts, by=by)
    screenings.confirm(session, found, by=by)
    for state in (ScreeningState.RELEASED, ScreeningState.BOOKING, ScreeningState.CLOSED, ScreeningState.RUNNING):
        advance(session, found, state, by=SYSTEM)
    advance(session, found, ScreeningState.HELD, by=by)
    session.flush()
    return found


def _bookings(
    session: Session, rng: random.Random, screening: Screening, edition: Edition
) -> list[tuple[int, int, datetime]]:
    """The parties of the evening; each seat that came as (booking, seat, when the party came in)."""
    groups = [
        Group(code=signing.random_code(), edition_id=edition.id, name_ko=ko, name_en=en, position=n)
        for n, (ko, en, _seats) in enumerate(GROUPS)
    ]
    session.add_all(groups)
    session.flush()
    pool, rows, taken = words.names(rng), list[dict[str, Any]](), 0
    kept = [(group.id, count) for group, (_ko, _en, count) in zip(groups, GROUPS, strict=True)]
    for group_id, until in (*kept, (None, SEATS)):
        mine = 0
        while mine < until and taken < SEATS:
            party = min(rng.choice((1, 1, 2, 2, 3)), until - mine, SEATS - taken)
            rows.append(_booking(rng, screening, next(pool).native, len(rows), party, group_id))
            mine, taken = mine + party, taken + party
    ids = session.scalars(sa.insert(Booking).returning(Booking.id, sort_by_parameter_order=True), rows).all()
    screening.taken = taken
    session.flush()
    return [
        (booking_id, seat, row["checked_in_at"])
        for booking_id, row in zip(ids, rows, strict=True)
        for seat in range(1, row["party"] + 1)
        if row["checked_in_at"] is not None
    ]


def _booking(
    rng: random.Random, screening: Screening, name: str, n: int, party: int, group_id: int | None
) -> dict[str, Any]:
    came = rng.random() < 0.9
    walked_in = group_id is None and came and rng.random() < 0.08
    minutes = min(6.0, rng.gauss(-11, 7))
    return {
        "code": signing.random_code(),
        "screening_id": screening.id,
        "group_id": group_id,
        "origin": Origin.WALK_IN if walked_in else Origin.PUBLIC,
        "state": SeatState.CHECKED_IN if came else SeatState.NO_SHOW,
        "name": name,
        "email": f"guest{screening.id}-{n}@{DOMAIN}",
        "party": party,
        "created_at": screening.starts_at - timedelta(days=4, minutes=n),
        "verified_at": screening.starts_at - timedelta(days=4, minutes=n - 2),
        "checked_in_at": screening.starts_at + timedelta(minutes=minutes) if came else None,
    }


def _scans(session: Session, rng: random.Random, screening: Screening) -> None:
    came = session.execute(
        sa.select(Booking.id, Booking.party, Booking.checked_in_at).where(
            Booking.screening_id == screening.id, Booking.state == SeatState.CHECKED_IN
        )
    ).all()
    entered = [(booking_id, party, at) for booking_id, party, at in came if at is not None]
    rows = [_scan(rng, screening, booking_id, party, at, ScanOutcome.ENTERED) for booking_id, party, at in entered]
    rows += [
        _scan(rng, screening, booking_id, party, at + timedelta(minutes=4), ScanOutcome.AGAIN)
        for booking_id, party, at in rng.sample(entered, 3)
    ]
    session.execute(sa.insert(Scan), rows)


def _scan(
    rng: random.Random, screening: Screening, booking_id: int, persons: int, at: datetime, outcome: ScanOutcome
) -> dict[str, Any]:
    return {
        "once": f"demo-{signing.random_code()}",
        "screening_id": screening.id,
        "booking_id": booking_id,
        "outcome": outcome,
        "persons": persons,
        "device": "입구 1",
        "offline": rng.random() < 0.2,
        "at": at,
        "received_at": at + timedelta(seconds=2),
    }


def _questions(session: Session, screening: Screening, films: Sequence[int]) -> None:
    session.execute(
        sa.insert(Question),
        [
            {
                "code": signing.random_code(),
                "screening_id": screening.id,
                "entry_id": films[film - 1] if film else None,
                "state": state,
                "asker_key": hashlib.sha256(f"demo-{n}".encode()).hexdigest(),
                "language": language,
                "text": text,
                "theme": theme,
                "votes": votes,
                "asked_at": screening.ends_at + timedelta(minutes=n),
                "rev": 1,
            }
            for n, (film, theme, state, votes, language, text) in enumerate(QUESTIONS)
        ],
    )


def _ballot(
    session: Session,
    rng: random.Random,
    screening: Screening,
    films: Sequence[int],
    seats: Sequence[tuple[int, int, datetime]],
    by: Actor,
) -> None:
    """Four in five of those who came vote within a quarter of an hour; a third of them through the hall's own network."""
    opened = screening.ends_at + timedelta(minutes=2)
    box = ballots.open_box(session, screening, minutes=None, by=by)
    rows: list[dict[str, Any]] = []
    for booking_id, seat, _came in seats:
        if rng.random() < 0.8:
            source = rng.choice(("hall", f"phone-{booking_id}", f"phone-{booking_id}"))
            at = opened + timedelta(seconds=min(880.0, rng.expovariate(1 / 240)))
            rows += _votes(rng, box, booking_id, seat, films, source, at)
    session.execute(sa.insert(AudienceVote), rows)
    ballots.close(session, screening, by=by)
    box.opened_at, box.closed_at = opened, opened + timedelta(minutes=15)
    session.flush()
    ballots.publish(session, screening, rev=box.rev, by=by)
    box.published_at = opened + timedelta(minutes=30)
    session.flush()


def _votes(
    rng: random.Random,
    box: BallotBox,
    booking_id: int,
    seat: int,
    films: Sequence[int],
    source: str,
    at: datetime,
) -> list[dict[str, Any]]:
    taste = rng.gauss(0, 0.4)
    rows = []
    for film, weights in zip(films, LIKED, strict=True):
        if rng.random() < 0.06:
            continue
        stars = rng.choices(range(1, 6), weights)[0] + round(taste)
        changed = rng.random() < 0.07
        rows.append(
            {
                "box_id": box.id,
                "booking_id": booking_id,
                "seat": seat,
                "entry_id": film,
                "stars": max(1, min(5, stars)),
                "changes": int(changed),
                "source_key": hashlib.sha256(f"demo-{box.id}-{source}".encode()).hexdigest(),
                "first_at": at,
                "changed_at": at + timedelta(seconds=rng.randrange(10, 90) if changed else 0),
            }
        )
    return rows
