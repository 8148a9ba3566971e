"""What a page asks of the database does not grow with the festival, and is never much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import clock
from portal.accounts.models import Person
from portal.calls.models import Call, Edition
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry
from portal.jury import queries
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.models import Juror, Round
from portal.jury.results.models import Result
from portal.jury.rounds import setup
from portal.jury.scoring.models import EventKind, Memo, ScoreEvent, ScoreSheet
from portal.lifecycles import (
    AssignmentState,
    EntryState,
    RoundState,
    RunState,
    ScreeningState,
    SeatState,
    SheetState,
    TalkState,
)
from portal.live.models import BallotBox
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM, Role, Scope
from portal.programme import service as programme
from portal.programme.materials import owing
from portal.programme.models import Hall, QASession, Screening, Star
from portal.settings import Settings
from tests import builders
from tests.audience import people as audience
from tests.entries import made
from tests.live import ballots
from tests.live import rows as live
from tests.programme import rows

MOST = 12
FEW, MANY = 2, 14
FIRST_TO_JUDGE = "{first}"  # stands for the code of an assignment in the paths below
ROUND = "{round}"
SCREENING = "{screening}"  # the first one, with a talk
PAGES = {
    "juror's list": ("juror", "/ko/jury"),
    "scoring page": ("juror", f"/ko/jury/{FIRST_TO_JUDGE}"),
    "entry list": ("organizer", "/ko/ops/entries"),
    "search": ("organizer", "/ko/ops/entries?q=작품"),
    "dashboard": ("organizer", "/ko/ops"),
    "ranking": ("chair", f"/ko/ops/results/{ROUND}"),
    "round": ("chair", f"/ko/ops/rounds/{ROUND}"),
    "assignment": ("chair", f"/ko/ops/rounds/{ROUND}/assignment"),
    "conflicts": ("chair", f"/ko/ops/rounds/{ROUND}/conflicts"),
    "conflicts of a juror": ("juror", f"/ko/jury/conflicts/{ROUND}"),
    "progress board": ("chair", f"/ko/ops/rounds/{ROUND}/progress"),
    "materials": ("organizer", "/ko/ops/materials"),
    "packages": ("organizer", "/ko/ops/packages"),
    "timetable desk": ("organizer", "/ko/ops/schedule/{day}"),
    "seats": ("organizer", "/ko/ops/seats"),
    "seats of a screening": ("organizer", f"/ko/ops/seats/{SCREENING}"),
    "groups": ("organizer", "/ko/ops/groups"),
    "questions": ("organizer", f"/ko/ops/live/{SCREENING}"),
    "reactions": ("organizer", "/ko/ops/reactions"),
    "own entries": ("creator", "/ko/entries"),
    "schedule": ("creator", "/ko/schedule"),
    "own plan": ("creator", "/ko/schedule/mine"),
    "frame for other sites": ("creator", "/ko/embed/schedule"),
    "schedule as JSON": ("creator", "/api/v1/schedule.json"),
    "home": ("creator", "/ko/"),
}


@dataclass
class Festival:
    """One edition in which everything happens, and the people who look at it."""

    edition: Edition
    call: Call
    hall: Hall
    round: Round
    seat: Juror
    people: dict[str, int]
    size: int = 0
    releases: int = 0


@pytest.fixture
def festival(session: Session) -> Festival:
    edition = rows.edition(session)
    call = builders.call(session, edition)
    people = {who: builders.person(session).id for who in ("juror", "organizer", "chair", "creator")}
    for role in (Role.JUROR, Role.ORGANIZER, Role.CHAIR):
        builders.grant(session, session.get_one(Person, people[role]), role, Scope.EDITION, edition.id)
    made = setup.make_round(
        session, call, name_ko="예심", name_en="First", due_at=clock.now() + timedelta(days=7), by=SYSTEM
    )
    session.execute(sa.update(Round).values(state=RoundState.OPEN, listed_at=clock.now()))
    session.add(AssignmentRun(round_id=made.id, state=RunState.PUBLISHED))
    session.expire_all()
    round_ = queries.round_by_code(session, made.code)
    assert round_ is not None
    seat = setup.seat_juror(session, round_, round_.panels[0], people["juror"], languages=["ko"], genres=[], by=SYSTEM)
    return Festival(edition, call, rows.hall(session, edition), round_, seat, people)


def grow(session: Session, festival: Festival, size: int) -> None:
    """As many films as this in every list: assigned, scored, ranked, with a talk in the programme."""
    while festival.size < size:
        _one_more(session, festival, festival.size)
        festival.size += 1
    programme.release(session, festival.edition, base=festival.releases, by=SYSTEM)
    festival.releases += 1
    # All but the first are over, as the desk's reports need them; what is released tells no state of theirs.
    over = sa.update(Screening).where(Screening.id != first_shown(session).id).values(state=ScreeningState.HELD)
    session.execute(over)
    session.commit()


def _one_more(session: Session, festival: Festival, n: int) -> None:
    film = rows.film(session, festival.edition, native_name=f"감독 {n}")
    film.submitted_at, film.owner_id = clock.now(), festival.people["creator"]
    _judged(session, festival, film, n)
    starts = rows.evening(n % 4, hour=9 + 3 * (n // 4))
    shown = rows.screening(
        session, rows.package(session, festival.edition, film, title=f"묶음 {n}"), festival.hall, starts
    )
    programme.confirm(session, shown, by=SYSTEM)
    owing.owe(session, [film], by=SYSTEM)
    _received(session, festival, shown, n)


def first_shown(session: Session) -> Screening:
    return session.scalars(sa.select(Screening).order_by(Screening.id).limit(1)).one()


def _received(session: Session, festival: Festival, shown: Screening, n: int) -> None:
    """What an audience adds: a star, a group, a party and a question for the first screening, a ballot of its own."""
    first = first_shown(session)
    if shown is first:
        session.add(QASession(screening_id=first.id, minutes=20, moderator_name="최민경", state=TalkState.LIVE))
    session.add(Star(person_id=festival.people["creator"], screening_id=shown.id))
    audience.group(session, shown, f"단체 {n}")
    ballots.party(session, first, state=SeatState.CONFIRMED)
    live.listed(session, first, f"질문 {n}")
    session.add(BallotBox(screening_id=shown.id))
    session.flush()


def _judged(session: Session, festival: Festival, film: Entry, n: int) -> None:
    """Every second film is scored; all are ranked, and in each the desk suspects a conflict."""
    scored = n % 2
    state = AssignmentState.SCORED if scored else AssignmentState.PUBLISHED
    assignment = Assignment(
        round_id=festival.round.id, juror_id=festival.seat.id, entry_id=film.id, state=state, position=n
    )
    session.add(assignment)
    session.flush()
    session.add(Memo(assignment_id=assignment.id, at_s=n, text="여기"))
    if scored:
        sheet = ScoreSheet(assignment_id=assignment.id, state=SheetState.SUBMITTED, total=700, submitted_at=clock.now())
        session.add(sheet)
        given = {"kind": EventKind.SUBMITTED, "total": 700, "scores": None}
        session.add(ScoreEvent(round_id=festival.round.id, assignment_id=assignment.id, **given))
    session.add(Conflict(juror_id=festival.seat.id, entry_id=film.id, source=ConflictSource.JUROR, reason="친척"))
    figures = {"mean": 7.0, "score": 7.0, "low": 6.0, "high": 8.0, "p_top": 0.5}
    session.add(Result(round_id=festival.round.id, entry_id=film.id, n=1, rank=n + 1, **figures))
    session.flush()


@pytest.fixture
def begins(settings: Settings) -> bool:
    """Whether a transaction's BEGIN is counted: SQLite's is seen, and is no question."""
    return settings.database_url.startswith("sqlite")


@pytest.fixture
def statements(count_queries: Callable[[], int], begins: bool, session: Session) -> Callable[[FlaskClient, str], int]:
    """Counts what one request asks, once warm."""

    def count(browser: FlaskClient, path: str) -> int:
        session.rollback()
        assert browser.get(path).status_code == 200
        count_queries()
        browser.get(path)
        return count_queries() - begins

    return count


def filled(session: Session, festival: Festival, path: str) -> str:
    """The path with the codes of this festival."""
    first = session.scalar(sa.select(Assignment.code).order_by(Assignment.id).limit(1))
    shown = first_shown(session)
    return path.format(first=first, round=festival.round.code, screening=shown.code, day=rows.evening().date())


@pytest.mark.parametrize("page", PAGES)
def test_more_rows_ask_no_more(
    page: str, session: Session, festival: Festival, sign_in: Callable[[int], FlaskClient], statements
) -> None:
    who, path = PAGES[page]
    grow(session, festival, FEW)
    browser = sign_in(festival.people[who])
    address = filled(session, festival, path)
    few, short = statements(browser, address), len(browser.get(address).data)
    grow(session, festival, MANY)
    many, long = statements(browser, address), len(browser.get(address).data)
    assert long > short, "the page shows none of what was added"
    assert many == few <= MOST


def test_a_screening_of_six_films_asks_what_one_film_asks(session: Session, client: FlaskClient, statements) -> None:
    spent = []
    for films in (1, 6):
        screening = rows.on_sale(session, films=films)
        session.commit()
        spent.append(statements(client, f"/ko/screenings/{screening.code}"))
    assert spent[0] == spent[1] <= MOST


def test_the_poll_for_free_seats_asks_for_nothing_else(
    session: Session, festival: Festival, client: FlaskClient, count_queries: Callable[[], int], begins: bool
) -> None:
    grow(session, festival, FEW)
    client.get("/ko/")
    count_queries()
    polled = client.get("/ko/", headers={"HX-Request": "true"})
    assert count_queries() - begins == 4, "the edition, its version, what is held, the seats"
    assert 'class="slots"' in polled.text
    assert "<h1" not in polled.text


def test_the_last_step_of_submitting_asks_the_same_however_much_it_holds(
    session: Session, sign_in: Callable[[int], FlaskClient], count_queries: Callable[[], int], begins: bool
) -> None:
    call = builders.call(session, builders.edition(session))
    spent = [_submitted(session, sign_in, count_queries, call.id, size) for size in (0, 0, MANY)]
    most = MOST + 2  # which addresses take no mail, and the words the edition has chosen for it
    assert spent[1] == spent[2] <= most + begins, "the first warms up"


def _submitted(session: Session, sign_in, count_queries, call_id: int, size: int) -> int:
    owner = builders.person(session)
    entry = made.crowded(session, made.whole(session, session.get_one(Call, call_id), owner), size)
    entry_id, number = entry.id, entry.number
    browser = sign_in(owner.id)
    count_queries()
    answer = browser.post(f"/ko/entries/{number}/submit", data={"declarations": list(DECLARATIONS)})
    spent = count_queries()
    mails = sa.select(sa.func.count()).where(OutgoingMail.kind == "receipt", OutgoingMail.object_id == entry_id)
    state, told = made.found(session, number).state, session.scalar(mails)
    assert (answer.status_code, state, told) == (302, EntryState.SUBMITTED, size + 1), answer.text
    session.rollback()
    return spent
