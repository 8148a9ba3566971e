"""Panels, languages, companies and hours as rules of the engine."""

from __future__ import annotations

import pytest

from portal.jury.assigning import rules
from portal.jury.assigning.rules import FilmNeed, PanelShare, Seating
from portal.jury.assigning.wishes import Wish

PANELS = {1: PanelShare("craft", 1), 2: PanelShare("story", 2)}


def film(number: str = "F1", **more: object) -> FilmNeed:
    return FilmNeed(number, 10.0, str(more.pop("language", "ko")), int(str(more.pop("wanted", 3))), **more)  # type: ignore[arg-type]


def seat(label: str, panel: int = 1, **more: object) -> Seating:
    told = {"languages": ("ko",), "company": "", **more}
    return Seating(label, panel, **told)  # type: ignore[arg-type]


def test_each_panel_sees_its_share_of_a_film_whatever_its_own_demand_is() -> None:
    seats = [seat("J-01"), seat("J-02", 2), seat("J-03", 2)]
    found = rules.group_rules([film(), film("F2", wanted=4), film("F3", wanted=1)], seats, PANELS, ())
    shares = {(rule.name, which): (rule.at_least, rule.at_most) for rule in found for which in rule.films}
    assert shares["panel:craft", 0] == (1, None)
    assert shares["panel:story", 0] == (2, None)
    assert shares["panel:craft", 1] == (1, 2)
    assert shares["panel:story", 1] == (2, 3)
    assert shares["panel:craft", 2] == (0, 1)


def test_who_handed_in_and_left_counts_and_who_began_stays() -> None:
    films = [film(served={2: 1}), film(held={1: 2})]
    assert rules.demands(films, PANELS) == [2, 4]
    found = rules.group_rules(films, [seat("J-01"), seat("J-02", 2)], PANELS, ())
    shares = {(rule.name, which): rule.at_least for rule in found for which in rule.films}
    assert shares["panel:story", 0] == 1
    assert shares["panel:craft", 1] == 2


def test_a_speaker_is_asked_for_where_there_is_one_and_not_everybody_is() -> None:
    seats = [seat("J-01", languages=("ko", "fr")), seat("J-02", 2), seat("J-03", 2)]
    films = [film(), film("F2", language="fr"), film("F3", language="de"), film("F4", language="fr", spoken=True)]
    found = {rule.name: rule for rule in rules.group_rules(films, seats, PANELS, ())}
    assert (found["native:fr"].jurors, found["native:fr"].films, found["native:fr"].at_least) == ((0,), (1,), 1)
    assert "native:ko" not in found
    assert "native:de" not in found


def test_two_of_one_company_never_meet_on_a_film_and_any_rule_can_be_left_aside() -> None:
    seats = [seat("J-01", company="pan"), seat("J-02", 2, company="pan"), seat("J-03", 2, company="other")]
    found = {rule.name: rule for rule in rules.group_rules([film()], seats, PANELS, ())}
    assert (found["employer:pan"].jurors, found["employer:pan"].at_most) == ((0, 1), 1)
    assert "employer:other" not in found
    left = {rule.name for rule in rules.group_rules([film()], seats, PANELS, {"employer:pan", "panel:craft"})}
    assert left == {"panel:story"}


def test_hours_lie_around_what_all_of_a_panel_carry_alike_and_nobody_goes_beyond_the_own_limit() -> None:
    films = [film(str(n)) for n in range(30)]
    seats = [seat("J-01"), seat("J-02", 2, most=100.0), seat("J-03", 2), seat("J-04", 2)]
    found = rules.bands(films, seats, PANELS, band=0.1, repair=False, wish=Wish())
    assert found[0] == pytest.approx((270, 330))
    assert found[1] == pytest.approx((100, 100))
    assert found[2] == found[3] == pytest.approx((225, 275))


def test_a_repair_asks_nobody_for_more_than_is_begun_and_lets_all_carry_a_little_above() -> None:
    seats = [seat("J-01", load=250.0, begun=40.0), seat("J-02", load=300.0, begun=300.0, most=200.0)]
    films = [film(str(n), wanted=1) for n in range(60)]
    found = rules.bands(films, seats, {1: PANELS[1]}, band=0.1, repair=True, wish=Wish(more={"J-01": 20.0}))
    low, high = found[0]
    assert low == 40.0
    assert high > 300 * 1.1 + 20
    assert found[1][1] == 300.0
