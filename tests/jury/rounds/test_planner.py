"""The round planner: asked by the chair, worked out once by a worker, put to use as demands or as the next round."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import claims, clock
from portal.jury import queries
from portal.jury.assigning import service as assigning
from portal.jury.assigning import storing
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictSource, ConflictState
from portal.jury.models import Juror, Round, RoundFilm
from portal.jury.results.models import Result
from portal.jury.rounds import comparing, plan_words, planner, setup
from portal.jury.rounds import queries as reads
from portal.lifecycles import AssignmentState, RoundState
from portal.policies import SYSTEM
from tests.jury.conftest import Jury
from tests.jury.rounds.test_listing import FIGURES
from tests.jury.rounds.test_setup_pages import Desk
from workers.jury import compare

ASK = {"hours": "2.5", "jurors": "12", "basis": "nips"}
NEXT = {"name_ko": "본심", "name_en": "Second", "due_on": "2031-02-01"}
FORECAST = {"precision": 0.6, "spread": 0.07, "error": 0.004, "hours": 1, "hours_per_juror": 0.1, "viewings": 18}


@pytest.fixture
def desk(jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> Desk:
    jury.round.places = 2
    session.commit()
    return Desk(session, sign_in(jury.chair.id), jury.round.code)


def asked(desk: Desk) -> Round:
    assert desk.send("planner", ASK).status_code == 303
    return desk.round


def compared(desk: Desk, *plans: list[list[int]]) -> None:
    """As a worker leaves it, with these plans."""
    comparison = {
        "state": "done",
        "asked": {"hours": 1.5, "jurors": 6, "basis": "nips"},
        "basis": "nips",
        "shares": {"film": 0.46, "juror": 0.09, "noise": 0.46},
        "films": 6,
        "places": 2,
        "forecasts": [FORECAST | {"stages": plan} for plan in plans],
        "recommended": 0,
        "reason": {"code": "no_choice", "against": None, "gain": 0.0, "gain_error": 0.0},
    }
    desk.session.execute(sa.update(Round).where(Round.code == desk.code).values(comparison=comparison))
    desk.session.commit()


@pytest.mark.usefixtures("environment")
def test_a_comparison_is_asked_worked_out_and_shown(desk: Desk) -> None:
    assert asked(desk).comparison["state"] == "wanted"
    waiting = desk.browser.get(f"/en/ops/rounds/{desk.code}/planner", headers={"HX-Request": "true"}).text
    assert "Plans are being played through" in waiting
    assert "<h1" not in waiting
    rev = desk.round.rev
    desk.session.commit()
    compare(desk.round.id)
    found = desk.round
    assert (found.comparison["state"], found.attempts, found.lease_until, found.rev) == ("done", 0, None, rev)
    assert list(comparing.waiting(desk.session)) == []
    desk.session.commit()
    page = desk.browser.get(f"/en/ops/rounds/{desk.code}/planner").text
    assert plan_words.sentence(found.comparison) in page or "for every film" in page
    assert "Recommended" in page
    assert all(one["hours"] <= 2.5 for one in found.comparison["forecasts"])


@pytest.mark.usefixtures("environment")
def test_the_same_question_has_the_same_answer(desk: Desk) -> None:
    question = planner.question_of(desk.session, asked(desk))
    assert planner.answer(question) == planner.answer(question)
    assert (question.field.films, question.field.minutes, question.field.places) == (6, 5.0, 2)


UNASKED = [
    ({"hours": "none"}, "Write a number from 1 to 100000."),
    ({"hours": "-3"}, "Write a number from 1 to 100000."),
    ({"jurors": "0"}, "Write a number from 1 to 1000."),
    ({"basis": "guess"}, "Choose where the shares come from."),
]


def test_a_question_that_cannot_be_asked_is_shown_as_typed(desk: Desk) -> None:
    for wrong, says in UNASKED:
        answer = desk.send("planner", {**ASK, **wrong})
        assert (answer.status_code, says in answer.text) == (422, True)
        assert next(iter(wrong.values())) in answer.text or "basis" in wrong
        assert desk.round.comparison == {}


def test_asking_twice_is_asking_once(desk: Desk) -> None:
    first = asked(desk)
    rev, at = first.rev, first.comparison["at"]
    again = asked(desk)
    assert (again.rev, again.comparison["at"]) == (rev, at)


def test_one_worker_has_it_and_the_fourth_try_says_why(desk: Desk) -> None:
    round_id, session = asked(desk).id, desk.session
    for n in range(claims.MAX_ATTEMPTS):
        assert comparing.take(session, round_id)
        assert not comparing.take(session, round_id)
        comparing.give_back(session, round_id, f"ValueError('<{n}>')")
        session.commit()
    assert not comparing.take(session, round_id)
    session.commit()
    found = desk.round
    assert (found.comparison["state"], found.attempts, found.lease_until) == ("failed", 0, None)
    desk.session.commit()
    page = desk.browser.get(f"/en/ops/rounds/{desk.code}/planner").text
    assert "ValueError(&#39;&lt;2&gt;&#39;)" in page
    assert asked(desk).comparison["state"] == "wanted"


def test_a_killed_worker_leaves_it_to_the_sweep(desk: Desk) -> None:
    round_id, session = asked(desk).id, desk.session
    assert comparing.take(session, round_id)
    session.commit()
    assert list(comparing.waiting(session)) == []
    with time_machine.travel(clock.now() + 2 * comparing.LEASE):
        assert list(comparing.waiting(session)) == [round_id]


def test_an_answer_to_another_question_is_not_kept(desk: Desk) -> None:
    question = planner.question_of(desk.session, asked(desk))
    desk.send("planner", {**ASK, "hours": "9"})
    planner.store(desk.session, question, planner.answer(question))
    desk.session.commit()
    assert (desk.round.comparison["state"], desk.round.comparison["asked"]["hours"]) == ("wanted", 9.0)


def test_an_earlier_rounds_scores_say_how_jurors_differ(desk: Desk, session: Session) -> None:
    session.execute(sa.update(Round).values(results_at=clock.now()))
    session.commit()
    assert desk.send("planner", {**ASK, "basis": str(desk.round.id)}).status_code == 303
    question = planner.question_of(desk.session, desk.round)
    assert question.basis == "nips", "without scores the well-known shares stand in, and say so"


def test_a_plan_sets_the_demands_of_the_panels(desk: Desk) -> None:
    compared(desk, [[6, 4]], [[6, 2], [3, 3]])
    assert desk.send("planner/use", {"plan": "0"}).status_code == 303
    found = desk.round
    assert ([panel.demand for panel in found.panels], found.jurors_per_film) == ([1, 2, 1], 4)
    assert found.comparison["used"] == 0
    narrow = desk.send("planner/use", {"plan": "1"})
    assert (narrow.status_code, "each of 3 panels has to see it" in narrow.text) == (422, True)
    for wrong in ("7", "", "x"):
        assert "Choose one of the plans" in desk.send("planner/use", {"plan": wrong}).text
    assert desk.send("planner/use", {"plan": "0"}, rev=1).status_code == 409


def close(desk: Desk, jury: Jury) -> None:
    """The round is over and has results."""
    for rank, film in enumerate(jury.films, start=1):
        desk.session.add(Result(round_id=jury.round.id, entry_id=film.id, rank=rank, p_top=0.5, **FIGURES))
    values = {"state": RoundState.CLOSED, "results_at": clock.now(), "opened_at": clock.now() - timedelta(days=9)}
    desk.session.execute(sa.update(Round).where(Round.code == desk.code).values(**values))
    desk.session.commit()


def test_the_next_stage_is_a_round_with_the_best_films_and_the_same_jurors(desk: Desk, jury: Jury) -> None:
    compared(desk, [[6, 3], [2, 4]])
    conflict = {"source": ConflictSource.JUROR, "status": ConflictState.CONFIRMED, "reason": "Colleagues"}
    desk.session.add(Conflict(juror_id=jury.jurors[0].id, entry_id=jury.films[0].id, **conflict))
    judged = {"entry_id": jury.films[1].id, "juror_id": jury.jurors[3].id, "state": AssignmentState.SCORED}
    desk.session.add(Assignment(round_id=jury.round.id, **judged))
    close(desk, jury)
    answers = [desk.send("planner/next", {**NEXT, "plan": "0"}) for _ in range(2)]
    assert [one.status_code for one in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"], "pressed twice it is one round"
    made = queries.round_by_code(desk.session, answers[0].headers["Location"].split("/")[-2])
    assert made is not None
    assert (made.reach, made.source_id, made.comparison["stage"]) == ("listed", desk.round.id, 1)
    assert ([panel.demand for panel in made.panels], made.jurors_per_film) == ([1, 2, 1], 4)
    films = desk.session.scalars(sa.select(RoundFilm.entry_id).where(RoundFilm.round_id == made.id)).all()
    assert sorted(films) == [film.id for film in jury.films[:2]]
    seats = desk.session.scalars(sa.select(Juror).where(Juror.round_id == made.id).order_by(Juror.id)).all()
    assert [seat.person_id for seat in seats] == [person.id for person in jury.people]
    seen = reads.seen_before(desk.session, made)
    assert seen == {(jury.films[1].id, seats[3].id)}, "a further stage is for further jurors"
    carried = desk.session.scalars(sa.select(Conflict).where(Conflict.juror_id == seats[0].id)).one()
    assert (carried.entry_id, carried.status, carried.reason) == (jury.films[0].id, "confirmed", "Colleagues")


def test_nobody_watches_a_film_of_the_next_stage_again(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    desk = Desk(session, sign_in(published.chair.id), published.round.code)
    compared(desk, [[6, 3], [2, 3]])
    session.execute(sa.update(Assignment).values(state=AssignmentState.SCORED))
    session.execute(sa.update(Round).values(band_bp=10_000))
    close(desk, published)
    made = desk.send("planner/next", {**NEXT, "plan": "0"})
    code = made.headers["Location"].split("/")[-2]
    round_ = queries.round_by_code(session, code)
    assert round_ is not None
    storing.make(session, assigning.request_assignment(session, round_, by=published.actor(published.chair)))
    watched = session.execute(
        sa.select(Assignment.entry_id, Juror.person_id, Assignment.round_id)
        .join(Juror, Juror.id == Assignment.juror_id)
        .where(Assignment.entry_id.in_([film.id for film in published.films[:2]]))
    ).all()
    session.commit()
    assert [row.round_id == round_.id for row in watched].count(True) == 6
    assert len({(row.entry_id, row.person_id) for row in watched}) == 12


def test_no_round_follows_before_there_are_results_or_over_somebody_elses(desk: Desk, jury: Jury) -> None:
    compared(desk, [[6, 3], [2, 4]], [[6, 3]])
    early = desk.send("planner/next", {**NEXT, "plan": "0"})
    assert (early.status_code, "Close this round first" in early.text) == (422, True)
    close(desk, jury)
    for wrong, says in (
        ({"name_ko": ""}, "Fill this in."),
        ({"due_on": "2020-01-01"}, "Choose a due date in the future."),
        ({"plan": "1"}, "no further stage"),
        ({"plan": "9"}, "Choose one of the plans"),
    ):
        answer = desk.send("planner/next", {**NEXT, "plan": "0", **wrong})
        assert (answer.status_code, says in answer.text) == (422, True), says
        assert "Second" in answer.text
    theirs = setup.make_round(
        desk.session, jury.call, name_ko="본심", name_en="Second", due_at=clock.now() + timedelta(days=3), by=SYSTEM
    )
    desk.session.commit()
    taken = desk.send("planner/next", {**NEXT, "plan": "0"})
    assert (taken.status_code, "has this name" in taken.text) == (422, True)
    assert desk.session.get_one(Round, theirs.id, populate_existing=True).source_id is None
    desk.session.commit()


@pytest.mark.parametrize("code", ["contested_films_gain", "no_clear_gain"])
def test_the_sentence_says_which_why_and_how_sure(code: str) -> None:
    plans = [FORECAST | {"stages": [[535, 2], [76, 7]]}, FORECAST | {"stages": [[535, 3]], "precision": 0.47}]
    reason = {"code": code, "against": 1, "gain": 0.13, "gain_error": 0.0045}
    found = {"recommended": 0, "forecasts": plans, "reason": reason, "places": 24}
    text = plan_words.sentence(found)
    for figure in ("2", "7", "76", "24", "60", "13.0", "±0.9"):
        assert figure in text
    nothing = {"recommended": None, "forecasts": [], "reason": {}, "places": 24}
    assert plan_words.sentence(nothing)
