"""The reactions report: right numbers, nothing of stars before their time, small groups withheld outside the desk."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.audience.models import Booking, Group, Origin, Scan, ScanOutcome
from portal.lifecycles import BallotState, QuestionState, SeatState
from portal.live.models import AudienceVote, BallotBox, Question, Theme
from portal.live.reactions import attendance, queries
from portal.live.reactions.attendance import Counted
from portal.policies import Role, Scope
from portal.programme.models import Screening
from tests import builders, scene, scene_ballots, worlds
from tests.live import ballots as rows
from tests.scene import Scene
from tests.worlds import Worlds

SignIn = Callable[[int], FlaskClient]


# ── who came ───────────────────────────────────────────────────────────


def counted(group: str | None, origin: Origin, state: SeatState, seats: int) -> Counted:
    return Counted(group, group, group, origin, state, seats)


def test_seats_are_told_by_group_and_by_what_became_of_them() -> None:
    lines = attendance.lines(
        [
            counted(None, Origin.WALK_IN, SeatState.CHECKED_IN, 2),
            counted(None, Origin.PUBLIC, SeatState.CHECKED_IN, 40),
            counted("trainees", Origin.PUBLIC, SeatState.CHECKED_IN, 30),
            counted("trainees", Origin.GUEST_LIST, SeatState.NO_SHOW, 4),
            counted(None, Origin.PUBLIC, SeatState.CANCELLED, 9),
            counted(None, Origin.PUBLIC, SeatState.CONFIRMED, 3),
        ]
    )
    assert [(line.key, line.booked, line.came, line.away) for line in lines] == [
        ("trainees", 34, 30, 4),
        ("general", 43, 40, 0),
        ("walk_in", 2, 2, 0),
    ]
    total = attendance.total(lines)
    assert (total.booked, total.came, total.away) == (79, 72, 4)


def test_a_small_group_cannot_be_worked_out_from_the_others() -> None:
    lines = [attendance.Line("a", booked=3), attendance.Line("b", booked=20), attendance.Line("c", booked=90)]
    assert attendance.hidden(lines) == {"a", "b"}
    assert attendance.hidden(lines[1:]) == set()
    assert attendance.hidden([*lines, attendance.Line("d", booked=1)]) == {"a", "d"}
    assert attendance.hidden(lines[:1]) == {"a", "total"}
    assert attendance.hidden([attendance.Line("a", booked=2), attendance.Line("b", booked=2)]) == {"a", "b", "total"}


def test_arrivals_have_no_gap() -> None:
    seven = datetime(2027, 2, 20, 10, 0, tzinfo=UTC)
    entered = [
        (seven + timedelta(minutes=minutes, seconds=59), people) for minutes, people in ((4, 2), (0, 1), (12, 3))
    ]
    assert attendance.arrivals(entered) == [
        (seven, 3),
        (seven + timedelta(minutes=5), 0),
        (seven + timedelta(minutes=10), 3),
    ]
    assert attendance.arrivals([]) == []


# ── the report on real rows ────────────────────────────────────────────


def test_who_did_not_come_with_their_party_is_away() -> None:
    partly = Counted(None, None, None, Origin.PUBLIC, SeatState.CHECKED_IN, 4, 1)
    [line] = attendance.lines([partly])
    assert (line.booked, line.came, line.away) == (4, 3, 1)


def evening(session: Session) -> Screening:
    """Six who voted, a small group, a no-show, and questions."""
    screening = rows.running(session)
    group = Group(edition_id=screening.edition_id, name_ko="수상자", name_en="Winners")
    session.add(group)
    rows.opened(session, screening)
    for n in range(6):
        rows.cast(session, rows.party(session, screening, 2), [5, 2, 1], address=f"203.0.113.{n}")
    rows.party(session, screening, 3, SeatState.NO_SHOW)
    winner = rows.party(session, screening, 2)
    session.execute(sa.update(Booking).where(Booking.id == winner.id).values(group_id=group.id))
    _questions(session, screening)
    session.add(
        Scan(
            once="x" * 20, screening_id=screening.id, booking_id=winner.id, outcome=ScanOutcome.ENTERED, at=clock.now()
        )
    )
    session.commit()
    return screening


def _questions(session: Session, screening: Screening) -> None:
    film = rows.films(session, screening)[0]
    for n, (state, theme, text) in enumerate(
        (
            (QuestionState.ANSWERED, Theme.AI, "=1+1 이 무엇인가요?"),
            (QuestionState.APPROVED, Theme.AI, "누가 썼나요?"),
            (QuestionState.DECLINED, None, "비밀이에요"),
        )
    ):
        session.add(
            Question(
                screening_id=screening.id,
                entry_id=film,
                state=state,
                theme=theme,
                text=text,
                votes=n,
                asker_key=signing.digest(str(n)),
                name="임관객",
            )
        )
    session.flush()


def programmer(session: Session, screening: Screening, sign_in: SignIn) -> FlaskClient:
    person = builders.person(session)
    builders.grant(session, person, Role.PROGRAMMER, Scope.EDITION, screening.edition_id)
    session.commit()
    return sign_in(person.id)


def test_the_report_counts_what_is_there(session: Session) -> None:
    screening = evening(session)
    rows.rested(session, screening)
    found = queries.reactions(session, screening, at=clock.now())
    assert (found.total.booked, found.total.came, found.total.away) == (17, 14, 3)
    assert found.ballots == 6
    assert found.result is not None
    assert [film.mean for film in found.result.films] == [5, 2, 1]
    assert [(line.asked, line.answered) for line in found.films] == [(3, 1), (0, 0), (0, 0)]
    assert [(line.theme, line.asked, len(line.examples)) for line in found.themes] == [(Theme.AI, 2, 2), (None, 1, 0)]
    assert found.scans == {ScanOutcome.ENTERED: 1}
    session.rollback()


def test_pages_tables_and_paper(session: Session, sign_in: SignIn) -> None:
    screening = evening(session)
    desk, path = programmer(session, screening, sign_in), f"/ko/ops/reactions/{screening.code}"
    during = desk.get(path).text
    assert "관객이 투표하고 있어요" in during
    assert "ivcell" not in during
    assert "관객 투표" not in desk.get(f"{path}.csv").data.decode("utf-8-sig")
    rows.rested(session, screening)
    page = desk.get(path).text
    assert "수상자" in page
    assert "5.00" in page
    assert "누가 썼나요?" in page
    for hidden in ("비밀이에요", "임관객", "example.test", "203.0.113"):
        assert hidden not in page
    table = list(csv.reader(io.StringIO(desk.get(f"{path}.csv").data.decode("utf-8-sig"))))
    told = {(row[1], row[2]): row[3] for row in table if row[0] == "누가 왔나"}
    assert told["수상자", "예매"] == "5 미만"
    assert told["일반", "예매"] == "가림"
    assert told["모두", "예매"] == "17"
    assert all(not cell.startswith("=") for row in table for cell in row)
    assert any(cell.startswith("'=1+1") for row in table for cell in row)
    paper = desk.get(f"{path}.pdf")
    assert paper.data.startswith(b"%PDF")
    assert paper.mimetype == "application/pdf"
    assert "AI 단편 1" in desk.get("/ko/ops/reactions").text


def test_the_list_asks_no_more_for_many(session: Session, sign_in: SignIn, count_queries: Callable[[], int]) -> None:
    screening = evening(session)
    desk = programmer(session, screening, sign_in)
    desk.get("/ko/ops/reactions")
    count_queries()
    desk.get("/ko/ops/reactions")
    few = count_queries()
    for n in range(1, 8):
        values = {column.name: getattr(screening, column.name) for column in Screening.__table__.columns}
        starts = screening.starts_at - timedelta(days=n)
        moved = {"code": signing.random_code(), "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
        del values["id"]
        other = session.scalar(sa.insert(Screening).values(**values | moved).returning(Screening.id))
        session.add(BallotBox(screening_id=other, state=BallotState.PLANNED))
    session.commit()
    count_queries()
    desk.get("/ko/ops/reactions")
    assert count_queries() == few
    assert few <= 12


# ── while the box is open, stars are nowhere ───────────────────────────


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """The stage that xdist's workers share; a ballot is open on it."""
    return scene.shared(tmp_path_factory)


def _other_stars(session: Session) -> None:
    """Whoever votes now gives something else."""
    open_ones = sa.select(BallotBox.id).where(BallotBox.state == BallotState.OPEN)
    session.execute(sa.update(AudienceVote).where(AudienceVote.box_id.in_(open_ones)).values(stars=1))


def _announced_otherwise(session: Session) -> None:
    """The result that everybody may read is another one."""
    read = sa.select(BallotBox.id).where(BallotBox.state == BallotState.PUBLISHED)
    session.execute(sa.update(AudienceVote).where(AudienceVote.box_id.in_(read)).values(stars=6 - AudienceVote.stars))


@contextmanager
def apart(original: Scene, folder: Path, change: Callable[[Session], None]) -> Iterator[tuple[Worlds, dict[str, Any]]]:
    with worlds.apart(original, folder, ["programmer", "moderator"], change) as found:
        with found.a.sessions() as session:
            names = scene_ballots.things(session)
        yield found, names


@pytest.mark.sqlite
def test_open_stars_change_no_byte_of_any_page(original: Scene, tmp_path: Path) -> None:
    with apart(original, tmp_path, _other_stars) as (found, names):
        code = names["voting"]
        desk = [f"/{language}/ops/{place}/{code}" for language in ("ko", "en") for place in ("ballots", "reactions")]
        reports = [f"/ko/ops/reactions/{code}.csv", f"/ko/ops/reactions/{code}.pdf", f"/ko/ops/ballots/{code}/result"]
        everybody = [f"/ko/screenings/{code}", f"/ko/screenings/{code}/result", f"/ko/live/{code}"]
        other_seat = [f"/ko/vote/{names['voter']}?seat=2", f"/en/vote/{names['voter']}?seat=3"]
        found.compare("programmer", [*desk, *reports, *everybody, "/ko/ops/reactions", "/ko/ops"])
        found.compare("moderator", [desk[0], f"/ko/ops/live/{code}", f"/ko/ops/seats/{code}"])
        found.compare("", [*everybody, *other_seat, "/ko/", "/ko/schedule", "/api/v1/schedule.json"])


@pytest.mark.sqlite
def test_a_leak_would_be_found(original: Scene, tmp_path: Path) -> None:
    """The result that is announced does differ."""
    refused = pytest.raises(AssertionError, match="a visitor can tell the worlds apart")
    with apart(original, tmp_path, _announced_otherwise) as (found, names), refused:
        found.compare("", [f"/ko/screenings/{names['reported']}/result"])
