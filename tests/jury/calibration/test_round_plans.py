"""The round planner: shares recovered, the claimed plan better at equal hours, and never better than it is."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.score_designs import DESIGNS, Design, connected, hold
from portal.jury.calibration.intrafilm import Score
from portal.jury.calibration.round_plans import (
    CANNES_LIKE,
    NIPS_LIKE,
    Field,
    RoundPlan,
    Shares,
    Stage,
    compare_plans,
    usual_plans,
    variance_shares,
)
from portal.jury.calibration.severity import fit

FESTIVAL = Field(films=535, jurors=16, places=26, minutes=6.0, hours=160.5)
THREE_FOR_ALL = RoundPlan((Stage(535, 3),))
TWO_THEN_SEVEN = RoundPlan((Stage(535, 2), Stage(76, 7)))


@pytest.mark.parametrize(
    ("shares", "plain", "staged"),
    [(NIPS_LIKE, 0.536, 0.663), (CANNES_LIKE, 0.414, 0.575), (Shares(0.45, 0.27, 0.28), 0.560, 0.712)],
    ids=["NIPS-like", "Cannes-like", "strong"],
)
def test_two_for_all_and_more_on_the_contested_beats_three_for_all(shares: Shares, plain: float, staged: float) -> None:
    """jury.md §3, whose figures are of plain means: the correction adds some points to both."""
    told = compare_plans(FESTIVAL, shares, [THREE_FOR_ALL, TWO_THEN_SEVEN])
    found = {one.plan: one for one in told.forecasts}
    assert told.recommended is not None
    assert told.recommended.plan == TWO_THEN_SEVEN
    assert (told.reason.code, told.reason.against) == ("contested_films_gain", THREE_FOR_ALL)
    assert told.reason.gain > 5 * told.reason.gain_error
    assert told.reason.gain == pytest.approx(staged - plain, abs=0.06)
    assert found[THREE_FOR_ALL].precision == pytest.approx(plain, abs=0.1)
    assert found[TWO_THEN_SEVEN].precision == pytest.approx(staged, abs=0.1)


def test_costs_are_what_the_plan_says() -> None:
    told = compare_plans(FESTIVAL, NIPS_LIKE, [TWO_THEN_SEVEN]).forecasts[0]
    assert told.viewings == 535 * 2 + 76 * 7
    assert told.hours == pytest.approx(1602 * 6 / 60)
    assert told.hours_per_juror == pytest.approx(told.hours / 16)
    assert 0 < told.error < told.spread < 0.2


@pytest.mark.parametrize("hours", [108.0, 133.0, 160.4, 160.5, 200.0, 260.0])
def test_the_usual_plans_take_equal_hours_and_fit_the_jury(hours: float) -> None:
    field = replace(FESTIVAL, hours=hours)
    plans = list(usual_plans(field))
    assert len(plans) == len(set(plans))
    assert sum(plan.deadlines == 1 for plan in plans) == 1
    for plan in plans:
        assert plan.viewings == pytest.approx(field.viewings, rel=0.01)
        assert sum(stage.each for stage in plan.stages) <= 16
        assert all(stage.films >= 26 for stage in plan.stages if not stage.by_lot)


def test_the_claimed_plans_are_among_the_usual_ones() -> None:
    assert {THREE_FOR_ALL, TWO_THEN_SEVEN} <= set(usual_plans(FESTIVAL))


@pytest.mark.parametrize("shares", [NIPS_LIKE, CANNES_LIKE, Shares(0.45, 0.27, 0.28)], ids=str)
def test_the_planner_proposes_the_claimed_plan(shares: Shares) -> None:
    told = compare_plans(FESTIVAL, shares)
    assert told.recommended is not None
    assert told.recommended.plan == TWO_THEN_SEVEN


def test_hours_left_over_are_drawn_by_lot_and_gain_a_little() -> None:
    two, three = THREE_FOR_ALL, RoundPlan((Stage(535, 2),))
    half = RoundPlan((Stage(535, 2), Stage(268, 1, by_lot=True)))
    precision = {one.plan: one.precision for one in compare_plans(FESTIVAL, NIPS_LIKE, [two, half, three]).forecasts}
    assert precision[three] < precision[half] < precision[two]


def test_a_forecast_is_what_the_calibration_reaches() -> None:
    """Three for all, once by the planner and once by scoring, fitting and ranking whole festivals."""
    design = Design("", NIPS_LIKE, connected)
    reached = []
    for seed in range(60):
        festival = hold(design, seed)
        corrected = festival.table.means - fit(festival.table).correction
        best = set(np.argsort(-corrected)[:26])
        reached.append(len(best & set(np.argsort(-festival.quality)[:26])) / 26)
    told = compare_plans(FESTIVAL, NIPS_LIKE, [THREE_FOR_ALL]).forecasts[0]
    assert told.precision == pytest.approx(np.mean(reached), abs=0.035)
    assert told.spread == pytest.approx(np.std(reached), abs=0.025)


def test_without_noise_more_viewings_gain_nothing_and_the_simple_plan_is_kept() -> None:
    told = compare_plans(FESTIVAL, Shares(1.0, 0.0, 0.0), [THREE_FOR_ALL, TWO_THEN_SEVEN])
    assert told.recommended is not None
    assert told.recommended.plan == THREE_FOR_ALL
    assert told.reason.code == "no_clear_gain"
    assert told.reason.gain == 0
    assert told.forecasts[0].precision == 1


def test_too_few_hours_leave_no_plan() -> None:
    told = compare_plans(Field(535, 16, 26, 6.0, 50.0))
    assert (told.forecasts, told.recommended, told.reason.code) == ((), None, "no_choice")


def test_a_first_stage_without_all_films_is_refused() -> None:
    with pytest.raises(ValueError, match="all films"):
        compare_plans(FESTIVAL, plans=[RoundPlan((Stage(76, 7),))])
    with pytest.raises(ValueError, match="twice by one juror"):
        compare_plans(FESTIVAL, plans=[RoundPlan((Stage(535, 2), Stage(30, 15)))])


def test_the_same_question_gives_the_same_figures() -> None:
    small = Field(60, 6, 8, 6.0, 18.0)
    assert compare_plans(small) == compare_plans(small)


@pytest.mark.parametrize(
    "field", [FESTIVAL, Field(2067, 60, 100, 6.0, 620.0), Field(10_000, 400, 200, 6.0, 3000.0)], ids=str
)
def test_a_page_need_not_wait(field: Field) -> None:
    started = time.process_time()
    compare_plans(field)
    assert time.process_time() - started < 3


@pytest.mark.parametrize("design", DESIGNS[:3], ids=lambda design: design.name)
def test_the_shares_of_an_earlier_round_are_recovered(design: Design) -> None:
    found = [variance_shares(hold(design, seed).scores()) for seed in range(20)]
    parts = np.array([[one.film, one.juror, one.noise] for one in found if one])
    assert parts.sum(axis=1) == pytest.approx(1)
    expected = np.array([design.shares.film, design.shares.juror, design.shares.noise])
    assert parts.mean(axis=0) == pytest.approx(expected / expected.sum(), abs=0.035)


@pytest.mark.parametrize("scores", [[], [Score("A", "x", 3), Score("B", "x", 4)]])
def test_scores_that_cannot_tell_give_no_shares(scores: list[Score]) -> None:
    assert variance_shares(scores) is None
