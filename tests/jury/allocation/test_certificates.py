"""Never just "infeasible": rule, films, jurors and shortfall, and every word of it true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from portal.jury.allocation.engine import assign
from portal.jury.allocation.model import Certificate, Film, GroupRule, Instance, Juror
from tests.jury.allocation.instances import (
    FIXED,
    FLOOR,
    LEAST,
    MOST,
    eligible,
    festival,
    instances,
    juries,
    plain_mip,
    small_instances,
)

ELIGIBLE, WHOLE = "eligible jurors", "whole films"
AMPLE = 1e4


def relieved(instance: Instance, certificate: Certificate) -> Instance:
    """The instance without what the certificate names."""
    rules = set(certificate.rules)
    films = tuple(
        replace(film, demand=min(film.demand, len(eligible(instance, index))))
        if ELIGIBLE in rules and film.id in certificate.films
        else film
        for index, film in enumerate(instance.films)
    )
    jurors = tuple(
        replace(
            one,
            min_minutes=0.0 if LEAST in rules else one.min_minutes,
            max_minutes=AMPLE if MOST in rules else one.max_minutes,
        )
        for one in instance.jurors
    )
    return replace(
        instance,
        films=films,
        jurors=jurors,
        fixed=frozenset() if FIXED in rules else instance.fixed,
        floor=0.0 if FLOOR in rules else instance.floor,
        groups=tuple(group for group in instance.groups if group.name not in rules),
    )


def refused(instance: Instance) -> Certificate:
    """The certificate of an instance without a plan; examples that have one are skipped."""
    plan = assign(instance)
    assume(plan.status == "infeasible")
    assert plan.certificate is not None
    return plan.certificate


@settings(max_examples=100, deadline=None)
@given(instances())
def test_it_names_rule_subjects_shortfall_and_a_way_out(instance: Instance) -> None:
    certificate = refused(instance)
    known = {ELIGIBLE, WHOLE, FIXED, FLOOR, LEAST, MOST} | {group.name for group in instance.groups}
    assert certificate.rules
    assert set(certificate.rules) <= known
    assert certificate.shortfall > 0
    assert certificate.jurors
    assert certificate.films or certificate.rules == (LEAST,)
    assert certificate.relaxations
    assert certificate.proven
    assert plain_mip(instance) is None


@settings(max_examples=100, deadline=None)
@given(instances())
def test_the_named_rules_alone_are_infeasible_and_none_of_them_is_idle(instance: Instance) -> None:
    certificate = refused(instance)
    rules = set(certificate.rules)
    if certificate.unit == "viewings":
        for film in _positions(instance, certificate):
            assert not juries(instance, film, rules)
            assert all(juries(instance, film, rules - {one}) for one in rules if one != ELIGIBLE)
    elif WHOLE not in rules:
        assert plain_mip(instance, rules, whole=False) is None
        for one in rules:
            assert plain_mip(instance, rules - {one}, whole=False) is not None


@settings(max_examples=100, deadline=None)
@given(instances())
def test_removing_what_it_names_ends_in_a_plan(instance: Instance) -> None:
    """Every certificate lifts one blockage; there may be several, never more than there are rules and films."""
    refused(instance)
    for _ in range(len(instance.groups) + len(instance.films) + 4):
        plan = assign(instance)
        if plan.certificate is None:
            break
        instance = relieved(instance, plan.certificate)
    assert plan.status != "infeasible"
    assert plain_mip(instance) is not None


@settings(max_examples=60, deadline=None)
@given(small_instances())
def test_films_without_enough_jurors_are_counted_exactly(instance: Instance) -> None:
    certificate = refused(instance)
    assume(certificate.rules == (ELIGIBLE,))
    lacking = {
        film.id: film.demand - len(eligible(instance, index))
        for index, film in enumerate(instance.films)
        if film.demand > len(eligible(instance, index))
    }
    assert set(certificate.films) == set(lacking)
    assert certificate.shortfall == sum(lacking.values())


def _positions(instance: Instance, certificate: Certificate) -> list[int]:
    return [index for index, film in enumerate(instance.films) if film.id in certificate.films]


def test_too_few_jurors_for_a_film() -> None:
    base = festival(40, 5)
    instance = replace(base, conflicts=frozenset({(7, 0), (7, 1), (7, 2)}))
    certificate = assign(instance).certificate
    assert certificate is not None
    assert (certificate.rule, certificate.films, certificate.shortfall) == ("eligible jurors", ("F7",), 1)
    assert certificate.unit == "viewings"


def test_nobody_speaks_the_language() -> None:
    speakers = GroupRule("Spanish speaker", (3,), (1, 2, 9), at_least=1)
    instance = festival(40, 8, conflicts=frozenset({(1, 3), (9, 3)}), groups=(speakers,))
    certificate = assign(instance).certificate
    assert certificate is not None
    assert (certificate.rules, certificate.films) == (("Spanish speaker",), ("F1", "F9"))
    assert certificate.jurors == ("J3",)
    assert certificate.shortfall == 2


def test_the_hours_do_not_suffice() -> None:
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


def test_the_hours_promised_are_too_many() -> None:
    base = festival(60, 6)
    jurors = tuple(replace(one, min_minutes=one.min_minutes * 1.2, max_minutes=1e4) for one in base.jurors)
    certificate = assign(replace(base, jurors=jurors)).certificate
    assert certificate is not None
    assert certificate.rules == ("minimum minutes",)


def test_a_rule_and_the_hours_together_name_the_group() -> None:
    panel = GroupRule("producers", (0,), tuple(range(60)), at_least=1)
    base = festival(60, 6, conflicts=frozenset(), groups=(panel,))
    certificate = assign(base).certificate
    assert certificate is not None
    assert certificate.rules == ("producers", "maximum minutes")
    assert certificate.jurors == ("J0",)
    assert certificate.shortfall == pytest.approx(sum(film.minutes for film in base.films) - base.jurors[0].max_minutes)


def test_following_the_first_way_out_makes_a_plan_possible() -> None:
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


def test_whole_films_that_cannot_be_packed() -> None:
    films = tuple(Film(f"F{index}", 4.0, 1) for index in range(3))
    jurors = (Juror("J0", 6.0, 6.0), Juror("J1", 6.0, 6.0))
    certificate = assign(Instance(films, jurors, np.full((3, 2), 0.5))).certificate
    assert certificate is not None
    assert certificate.rules[0] == "whole films"
    assert certificate.shortfall == pytest.approx(4.0)
    assert certificate.proven


def test_nobody_at_all() -> None:
    plan = assign(Instance((Film("F0", 5.0, 2),), (), np.zeros((1, 0))))
    assert plan.certificate is not None
    assert plan.certificate.shortfall == 2
