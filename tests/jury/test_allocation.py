"""The assignment engine against brute force on small instances, and its promises on a festival's size."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portal.errors import Invalid
from portal.jury.allocation.affinity import WEIGHTS, affinity
from portal.jury.allocation.engine import after_dropout, assign
from portal.jury.allocation.exchange import fingerprint, instance_from_json, instance_to_json, plan_to_json
from portal.jury.allocation.explain import explain
from portal.jury.allocation.model import Film, FilmTraits, GroupRule, Instance, Juror, JurorTraits, Plan
from portal.jury.allocation.problem import arrange
from portal.jury.allocation.verification import best_possible, verify


def festival(films: int, jurors: int, *, seed: int = 7, band: float = 0.08, **more: object) -> Instance:
    """A synthetic festival: films of 1 to 20 minutes, three jurors each, 3 % conflicts, equal bands."""
    rng = np.random.default_rng(seed)
    minutes = np.clip(np.round(np.exp(rng.normal(np.log(5), 0.65, films)) * 2) / 2, 1, 20)
    share = minutes.sum() * 3 / jurors
    conflicts = np.argwhere(rng.random((films, jurors)) < 0.03)
    instance = Instance(
        films=tuple(Film(f"F{index}", float(length), 3) for index, length in enumerate(minutes)),
        jurors=tuple(Juror(f"J{index}", share * (1 - band), share * (1 + band)) for index in range(jurors)),
        affinity=rng.beta(2, 2, (films, jurors)).round(4),
        conflicts=frozenset((int(film), int(juror)) for film, juror in conflicts),
        floor=0.8,
    )
    return replace(instance, **more)  # type: ignore[arg-type]


@st.composite
def small_instances(draw: st.DrawFn) -> Instance:
    """Up to four films and five jurors, tight or loose bands, conflicts, fixed and kept pairs, a group rule."""
    films, jurors = draw(st.integers(1, 4)), draw(st.integers(2, 5))
    minutes = draw(st.lists(st.integers(1, 9), min_size=films, max_size=films))
    demand = draw(st.lists(st.integers(0, 2), min_size=films, max_size=films))
    values = draw(st.lists(st.integers(0, 100), min_size=films * jurors, max_size=films * jurors))
    pairs = st.tuples(st.integers(0, films - 1), st.integers(0, jurors - 1))
    share = sum(length * count for length, count in zip(minutes, demand, strict=True)) / jurors
    below, above = draw(st.sampled_from([(0.0, 9.0), (0.0, 1.5), (0.5, 1.6), (0.8, 1.25)]))
    return Instance(
        films=tuple(Film(f"F{index}", minutes[index], demand[index]) for index in range(films)),
        jurors=tuple(Juror(f"J{index}", share * below, share * above) for index in range(jurors)),
        affinity=np.array(values, dtype=float).reshape(films, jurors) / 100,
        conflicts=draw(st.frozensets(pairs, max_size=3)),
        kept=draw(st.frozensets(pairs, max_size=2)),
        fixed=draw(st.frozensets(pairs, max_size=1)),
        groups=tuple(_rules(draw, films, jurors)),
        floor=draw(st.sampled_from([0.0, 0.7, 0.9])),
    )


def _rules(draw: st.DrawFn, films: int, jurors: int) -> Iterator[GroupRule]:
    for number in range(draw(st.integers(0, 2))):
        members = tuple(sorted(draw(st.sets(st.integers(0, jurors - 1), min_size=1, max_size=3))))
        concerned = tuple(sorted(draw(st.sets(st.integers(0, films - 1), max_size=films))))
        bound = draw(st.sampled_from([{"at_least": 1}, {"at_most": 1}]))
        yield GroupRule(f"rule {number}", members, concerned, **bound)


def brute_force(instance: Instance) -> float | None:
    """The best objective over every plan whatever, or None: the slow truth."""
    options = [list(combinations(range(len(instance.jurors)), film.demand)) for film in instance.films]
    best = None
    for juries in product(*options):
        pairs = tuple((film, juror) for film, jury in enumerate(juries) for juror in jury)
        plan = described(instance, pairs)
        if not verify(instance, plan):
            best = plan.objective if best is None else max(best, plan.objective)
    return best


def described(instance: Instance, pairs: tuple[tuple[int, int], ...]) -> Plan:
    loads = [
        sum(instance.films[film].minutes for film, other in pairs if other == juror)
        for juror in range(len(instance.jurors))
    ]
    value = sum(float(instance.affinity[pair]) for pair in pairs) + instance.kappa * len(instance.kept & set(pairs))
    return Plan("feasible", pairs, value, value, 0.0, 0.0, tuple(loads))


@settings(max_examples=150, deadline=None)
@given(small_instances())
def test_small_plans_are_the_best_there_are(instance: Instance) -> None:
    plan = assign(instance)
    truth = brute_force(instance)
    assert verify(instance, plan) == []
    if truth is None:
        assert plan.status == "infeasible"
        return
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(truth, abs=1e-3 * max(1.0, truth))
    assert plan.bound >= truth - 1e-6


@settings(max_examples=60, deadline=None)
@given(small_instances())
def test_a_films_best_possible_jury_is_exact(instance: Instance) -> None:
    problem = arrange(instance)
    for film, best in enumerate(problem.best):
        if np.isfinite(best):
            assert best == pytest.approx(best_possible(instance, film))
            assert problem.best_jury[film].sum() == instance.films[film].demand


@settings(max_examples=60, deadline=None)
@given(small_instances())
def test_an_infeasible_instance_says_why(instance: Instance) -> None:
    plan = assign(instance)
    assume(plan.status == "infeasible")
    assert plan.certificate is not None
    assert plan.certificate.rules
    assert plan.certificate.shortfall > 0
    assert plan.certificate.films or plan.certificate.jurors
    assert plan.certificate.relaxations


def test_a_festival_is_planned_within_the_tolerance_and_every_promise_kept() -> None:
    instance = festival(160, 12)
    plan = assign(instance)
    assert plan.status == "optimal"
    assert plan.gap <= 1e-3
    assert plan.worst_ratio >= 0.8 - 1e-9
    assert verify(instance, plan) == []
    assert not instance.conflicts & set(plan.pairs)


def test_one_juror_of_each_panel_sees_every_film() -> None:
    panels = tuple(
        GroupRule(f"panel {one}", tuple(range(one, 12, 3)), tuple(range(120)), at_least=1) for one in range(3)
    )
    instance = festival(120, 12, groups=panels)
    plan = assign(instance)
    assert plan.status == "optimal"
    assert verify(instance, plan) == []
    assert all({juror % 3 for other, juror in plan.pairs if other == film} == {0, 1, 2} for film in range(120))


def test_fixed_pairs_stay_even_where_they_fit_badly() -> None:
    base = festival(80, 8)
    worst = frozenset(
        (film, int(np.argmin(base.affinity[film] + 9 * np.array([(film, j) in base.conflicts for j in range(8)]))))
        for film in range(0, 80, 8)
    )
    instance = replace(base, fixed=worst)
    plan = assign(instance)
    assert worst <= set(plan.pairs)
    assert verify(instance, plan) == []


def test_the_same_instance_gives_the_same_plan() -> None:
    instance = festival(120, 10)
    assert assign(instance) == assign(instance)


def test_the_bound_holds_against_a_plan_made_without_the_engine() -> None:
    loose = festival(60, 6, band=9.0, floor=0.0)
    plan = assign(loose)
    free = np.where([[(f, j) in loose.conflicts for j in range(6)] for f in range(60)], -1, loose.affinity)
    greedy = np.sort(free, axis=1)[:, -3:].sum()
    assert plan.objective == pytest.approx(greedy)
    assert plan.bound == pytest.approx(greedy)


def test_a_dropout_moves_nobody_else() -> None:
    instance = festival(160, 12)
    before = assign(instance)
    repaired = after_dropout(instance, frozenset(before.pairs), frozenset({4}))
    after = assign(repaired)
    lost = {pair for pair in before.pairs if pair[1] == 4}
    assert after.status == "optimal"
    assert verify(repaired, after) == []
    assert set(before.pairs) - lost <= set(after.pairs)
    assert len(set(after.pairs) - set(before.pairs)) == len(lost)


def test_the_kept_bonus_is_a_knob() -> None:
    instance = festival(80, 8)
    first = assign(instance)
    shuffled = replace(instance, affinity=np.roll(np.asarray(instance.affinity), 1, axis=1))
    moved = {
        kappa: len(set(assign(replace(shuffled, kept=frozenset(first.pairs), kappa=kappa)).pairs) - set(first.pairs))
        for kappa in (0.0, 0.3)
    }
    assert moved[0.3] < moved[0.0]


class TestCertificates:
    """Never just "infeasible": rule, films, jurors and shortfall."""

    def test_too_few_jurors_for_a_film(self) -> None:
        base = festival(40, 5)
        instance = replace(base, conflicts=frozenset({(7, 0), (7, 1), (7, 2)}))
        certificate = assign(instance).certificate
        assert certificate is not None
        assert (certificate.rule, certificate.films, certificate.shortfall) == ("eligible jurors", ("F7",), 1)
        assert certificate.unit == "viewings"

    def test_nobody_speaks_the_language(self) -> None:
        speakers = GroupRule("Spanish speaker", (3,), (1, 2, 9), at_least=1)
        instance = festival(40, 8, conflicts=frozenset({(1, 3), (9, 3)}), groups=(speakers,))
        certificate = assign(instance).certificate
        assert certificate is not None
        assert (certificate.rules, certificate.films) == (("Spanish speaker",), ("F1", "F9"))
        assert certificate.shortfall == 2

    def test_the_hours_do_not_suffice(self) -> None:
        base = festival(60, 6)
        jurors = tuple(replace(juror, min_minutes=0.0, max_minutes=juror.max_minutes * 0.9) for juror in base.jurors)
        instance = replace(base, jurors=jurors, floor=0.0)
        certificate = assign(instance).certificate
        need = sum(film.minutes * film.demand for film in base.films)
        assert certificate is not None
        assert certificate.rules == ("maximum minutes",)
        assert certificate.shortfall == pytest.approx(need - sum(juror.max_minutes for juror in jurors))
        assert len(certificate.jurors) == 6
        assert len(certificate.films) == 60

    def test_the_hours_promised_are_too_many(self) -> None:
        base = festival(60, 6)
        jurors = tuple(replace(one, min_minutes=one.min_minutes * 1.2, max_minutes=1e4) for one in base.jurors)
        certificate = assign(replace(base, jurors=jurors)).certificate
        assert certificate is not None
        assert certificate.rules == ("minimum minutes",)

    def test_a_rule_and_the_hours_together_name_the_group(self) -> None:
        panel = GroupRule("producers", (0,), tuple(range(60)), at_least=1)
        base = festival(60, 6, conflicts=frozenset(), groups=(panel,))
        certificate = assign(base).certificate
        assert certificate is not None
        assert certificate.rules == ("producers", "maximum minutes")
        assert certificate.jurors == ("J0",)
        assert certificate.shortfall == pytest.approx(
            sum(film.minutes for film in base.films) - base.jurors[0].max_minutes
        )

    def test_following_the_first_way_out_makes_a_plan_possible(self) -> None:
        panel = GroupRule("producers", (0,), tuple(range(60)), at_least=1)
        base = festival(60, 6, conflicts=frozenset(), groups=(panel,), floor=0.0)
        certificate = assign(base).certificate
        assert certificate is not None
        way = certificate.relaxations[0]
        assert way.action == "raise_max_minutes"
        jurors = tuple(
            replace(one, max_minutes=one.max_minutes + way.amount + 1e-6)
            if one.id in way.subjects
            else replace(one, min_minutes=0)
            for one in base.jurors
        )
        assert assign(replace(base, jurors=jurors)).status == "optimal"

    def test_whole_films_that_cannot_be_packed(self) -> None:
        films = tuple(Film(f"F{index}", 4.0, 1) for index in range(3))
        jurors = (Juror("J0", 6.0, 6.0), Juror("J1", 6.0, 6.0))
        certificate = assign(Instance(films, jurors, np.full((3, 2), 0.5))).certificate
        assert certificate is not None
        assert certificate.rules[0] == "whole films"
        assert certificate.shortfall == pytest.approx(4.0)
        assert certificate.proven

    def test_nobody_at_all(self) -> None:
        plan = assign(Instance((Film("F0", 5.0, 2),), (), np.zeros((1, 0))))
        assert plan.certificate is not None
        assert plan.certificate.shortfall == 2


class TestVerify:
    """The checker finds each kind of broken promise."""

    @pytest.mark.parametrize(
        ("change", "complaint"),
        [
            (lambda i, p: (replace(i, conflicts=i.conflicts | {p.pairs[0]}), p), "conflict assigned"),
            (lambda i, p: (i, replace(p, pairs=p.pairs[1:])), "has 2 jurors"),
            (lambda i, p: (replace(i, jurors=tuple(replace(j, max_minutes=1) for j in i.jurors)), p), "outside"),
            (lambda i, p: (replace(i, groups=(GroupRule("none", tuple(range(6)), (0,), None, 0),)), p), "none broken"),
            (lambda i, p: (replace(i, floor=1.0), p), "gets"),
            (lambda i, p: (i, replace(p, objective=p.objective + 1)), "objective"),
            (lambda i, p: (i, replace(p, bound=0.0)), "bound"),
            (lambda i, p: (replace(i, fixed=frozenset({_unassigned(p)})), p), "fixed pair missing"),
        ],
    )
    def test_complains(self, change, complaint: str) -> None:  # type: ignore[no-untyped-def]
        instance = festival(40, 6)
        plan = assign(instance)
        assert verify(instance, plan) == []
        assert any(complaint in problem for problem in verify(*change(instance, plan)))


def _unassigned(plan: Plan) -> tuple[int, int]:
    return next((0, juror) for juror in range(6) if (0, juror) not in plan.pairs)


class TestExchange:
    """The neutral instance in, the plan out."""

    def test_round_trip(self) -> None:
        rule = GroupRule("panel", (0, 1), (2, 3), at_least=1)
        instance = festival(12, 5, groups=(rule,), fixed=frozenset({(1, 1)}))
        again = instance_from_json(json.loads(json.dumps(instance_to_json(instance))))
        assert fingerprint(again) == fingerprint(instance)
        assert assign(again) == assign(instance)

    def test_plan_carries_its_proof(self) -> None:
        data = json.loads(json.dumps(plan_to_json(assign(festival(20, 5)))))
        assert set(data) >= {
            "status",
            "pairs",
            "objective",
            "bound",
            "gap",
            "worst_ratio",
            "load_minutes",
            "cpu_seconds",
        }
        assert data["certificate"] is None

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("films", 3),
            ("affinity", [[1.0]]),
            ("affinity", [["x"]]),
            ("conflicts", [[0, 99]]),
            ("fixed", [[-1, 0]]),
            ("groups", [{"name": "x", "jurors": [99]}]),
            ("floor", float("nan")),
            ("jurors", [{"id": "J", "min_minutes": 9, "max_minutes": 1}]),
        ],
    )
    def test_a_malformed_instance_is_refused(self, key: str, value: object) -> None:
        data = instance_to_json(festival(4, 3))
        with pytest.raises(Invalid):
            instance_from_json({**data, key: value})

    def test_any_change_changes_the_fingerprint(self) -> None:
        instance = festival(6, 4)
        assert fingerprint(instance) != fingerprint(replace(instance, seed=1))


FILMS = (FilmTraits("F0", {"drama": 1.0}, "ko", "short"), FilmTraits("F1", {"horror": 0.5, "drama": 0.5}, "es", "ad"))
JURORS = (
    JurorTraits("J0", {"drama": 1.0}, {"ko": 1.0}, {"short": 1.0}, {"F1": 1.0}),
    JurorTraits("J1", {"horror": 1.0}, {"es": 0.6}, {"ad": 0.5}),
)


class TestExplanation:
    """Affinity as parts, and a pair explained by the plan's own prices."""

    def test_affinity_is_the_sum_of_its_parts(self) -> None:
        fit = affinity(FILMS, JURORS)
        assert fit.total == pytest.approx(sum(fit.parts.values()))
        assert fit.of(0, 0) == pytest.approx({"genre": 0.5, "language": 0.25, "category": 0.15, "wish": 0.0})
        assert fit.of(1, 0)["wish"] == pytest.approx(WEIGHTS["wish"])
        assert fit.of(1, 1)["language"] == pytest.approx(0.25 * 0.6)

    def test_nobody_and_nothing(self) -> None:
        assert affinity((), JURORS).total.shape == (0, 2)
        assert affinity(FILMS, ()).total.shape == (2, 0)

    def test_rank_counts_better_eligible_jurors(self) -> None:
        instance = festival(60, 8)
        plan = assign(instance)
        film, juror = plan.pairs[20]
        told = explain(instance, plan, film, juror)
        free = [j for j in range(8) if (film, j) not in instance.conflicts]
        assert told.assigned
        assert told.eligible == len(free)
        assert told.rank == 1 + sum(instance.affinity[film, j] > instance.affinity[film, juror] for j in free)

    def test_better_jurors_are_passed_over_for_a_reason_and_at_a_cost(self) -> None:
        instance = festival(60, 8)
        plan = assign(instance)
        told = [explain(instance, plan, film, juror) for film, juror in plan.pairs]
        passed = [one for item in told for one in item.better]
        assert {one.obstacle for one in passed} >= {"hours_full", "seated"}
        assert all(one.cost is None if one.obstacle == "conflict" else (one.cost or 0) >= 0 for one in passed)
