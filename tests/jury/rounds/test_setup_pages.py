"""The set-up of a round as the chair meets it: sums hold, nothing typed is lost, the second of two is told."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal import clock
from portal.audit import AuditRecord
from portal.jury import queries
from portal.jury.models import Criterion, Juror, Panel, Round
from portal.jury.rounds import setup
from portal.policies import SYSTEM
from tests.jury.conftest import Jury


@dataclass
class Desk:
    """The chair at a round that nobody sits in yet."""

    session: Session
    browser: FlaskClient
    code: str

    @property
    def round(self) -> Round:
        """As it stands now, in no session: a reading transaction would keep SQLite's writers out."""
        self.session.commit()
        with Session(self.session.get_bind()) as fresh:
            found = queries.round_by_code(fresh, self.code)
            assert found is not None
            fresh.expunge_all()
        return found

    def send(self, path: str, data: dict[str, object], rev: int | None = None) -> TestResponse:
        rev = self.round.rev if rev is None else rev
        self.session.commit()
        return self.browser.post(f"/en/ops/rounds/{self.code}/{path}", data={"rev": rev, **data})

    def table(self, **changed: object) -> dict[str, object]:
        """The table of panels as its form has it."""
        rows: dict[str, object] = {}
        for panel in self.round.panels:
            for name in ("name_ko", "name_en", "weight", "demand"):
                rows[f"panel-{panel.id}-{name}"] = changed.get(f"{panel.code}_{name}", getattr(panel, name))
        return rows

    def weights(self) -> dict[str, int]:
        return {panel.code: panel.weight for panel in self.round.panels}


SETTINGS = {
    "name_ko": "본심",
    "name_en": "Final",
    "due_on": "2031-02-01",
    "kind": "final",
    "hidden": ["people", "label"],
    "visibility": "after_own",
    "band": 3,
    "floor": 75,
    "kappa": 40,
    "places": 12,
    "seed": 5,
}
CRITERION = {
    "code": "sound",
    "name_ko": "소리",
    "name_en": "Sound",
    "question_ko": "들리나요?",
    "question_en": "Heard?",
}


@pytest.fixture
def desk(jury: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> Desk:
    made = setup.make_round(
        session, jury.call, name_ko="새 심사", name_en="Fresh", due_at=clock.now() + timedelta(days=7), by=SYSTEM
    )
    session.commit()
    return Desk(session, sign_in(jury.chair.id), made.code)


def test_settings_are_kept_and_noted(desk: Desk) -> None:
    assert desk.send("setup", SETTINGS).status_code == 303
    found = desk.round
    assert (found.kind, found.hidden, found.visibility) == ("final", ["people", "label"], "after_own")
    assert (found.band_bp, found.floor_bp, found.kappa_bp, found.places, found.seed) == (300, 7500, 4000, 12, 5)
    assert f"{found.due_at:%Y-%m-%d %H:%M}" == "2031-02-01 14:59"
    noted = desk.session.scalars(sa.select(AuditRecord.detail).where(AuditRecord.verb == "round.edited")).one()
    assert noted["after"]["places"] == 12
    assert desk.send("setup", SETTINGS).status_code == 303
    assert desk.session.scalar(sa.select(sa.func.count()).where(AuditRecord.verb == "round.edited")) == 1


WRONG_SETTINGS = [
    ({"name_en": ""}, "Fill this in."),
    ({"due_on": "soon"}, "Write the day as 2027-02-19."),
    ({"due_on": "2020-01-01"}, "Choose a due date in the future."),
    ({"band": "101"}, "Write a number from 0 to 100."),
    ({"places": "many"}, "Write a number from 1 to 10000."),
    ({"kind": "semifinal"}, "Not a valid choice"),
]


def test_each_wrong_setting_has_its_sentence_and_loses_nothing(desk: Desk) -> None:
    for wrong, says in WRONG_SETTINGS:
        answer = desk.send("setup", {**SETTINGS, "name_ko": "공들여 쓴 이름", **wrong})
        assert answer.status_code == 422
        assert answer.text.count(says) == 2, "once above, once at its field"
        assert "공들여 쓴 이름" in answer.text
        assert desk.round.name_ko == "새 심사"


def test_panels_are_renamed_weighed_and_the_round_counts_its_jurors(desk: Desk) -> None:
    sent = desk.table(craft_name_en="Making", craft_weight=30, market_weight=30, story_demand=3)
    assert desk.send("setup/panels", sent).status_code == 303
    assert desk.weights() == {"craft": 30, "story": 40, "market": 30}
    assert (desk.round.jurors_per_film, desk.round.panels[0].name_en) == (5, "Making")


WRONG_TABLES: list[tuple[dict[str, object], str]] = [
    ({"craft_weight": 36}, "The weights make 101 together. They have to make 100."),
    ({"craft_weight": 0}, "Write a number from 1 to 100."),
    ({"story_demand": "two"}, "Write a number from 1 to 9."),
    ({"story_demand": 8}, "At most 9 jurors can see a film."),
    ({"story_name_ko": ""}, "Write a name of up to 200 characters."),
]


def test_a_wrong_table_of_panels_is_shown_as_typed(desk: Desk) -> None:
    for changed, says in WRONG_TABLES:
        answer = desk.send("setup/panels", desk.table(market_name_en="Typed with care", **changed))
        assert answer.status_code == 422
        assert says in answer.text
        assert "Typed with care" in answer.text
        assert (desk.weights(), desk.round.jurors_per_film) == ({"craft": 35, "story": 40, "market": 25}, 3)


def test_buttons_keep_what_was_typed_and_then_move_or_take_out(desk: Desk) -> None:
    ids = {panel.code: panel.id for panel in desk.round.panels}
    desk.send("setup/panels", {**desk.table(story_name_en="Tale"), "up": ids["story"]})
    assert [panel.name_en for panel in desk.round.panels] == ["Tale", "AI craft", "IP and market"]
    desk.send("setup/panels", {**desk.table(), "down": ids["market"]})
    assert [panel.code for panel in desk.round.panels] == ["story", "craft", "market"], "an end stays one"
    desk.send("setup/panels", {**desk.table(), "remove": ids["craft"]})
    assert desk.weights() == {"story": 61, "market": 39}
    assert desk.round.jurors_per_film == 2
    left = desk.session.scalar(sa.select(sa.func.count()).where(Criterion.panel_id == ids["craft"]))
    assert left == 0


def test_the_last_panel_and_one_that_jurors_sit_on_stay(desk: Desk, jury: Jury) -> None:
    desk.send("setup/preset", {"preset": "one"})
    found = desk.round
    assert [(panel.code, panel.weight, panel.demand) for panel in found.panels] == [("jury", 100, 3)]
    assert sum(one.weight for one in found.panels[0].criteria) == 100
    gone = desk.send("setup/panels", {**desk.table(), "remove": found.panels[0].id})
    assert (gone.status_code, "at least one panel" in gone.text) == (422, True)
    setup.seat_juror(
        desk.session, desk.round, desk.round.panels[0], jury.people[0].id, languages=[], genres=[], by=SYSTEM
    )
    desk.session.commit()
    for path, data in (("setup/preset", {"preset": "three"}), ("setup/copy", {"source": jury.round.code})):
        refused = desk.send(path, data)
        assert (refused.status_code, "Jurors sit on the panels" in refused.text) == (422, True)


def test_a_new_panel_takes_its_weight_from_the_others(desk: Desk) -> None:
    data = {"code": "sound", "name_ko": "소리", "name_en": "Sound", "weight": 20, "demand": 2}
    assert desk.send("setup/panels/add", data).status_code == 303
    assert desk.weights() == {"craft": 28, "story": 32, "market": 20, "sound": 20}
    assert desk.round.jurors_per_film == 5
    assert [one.weight for one in desk.round.panels[3].criteria] == [100]
    for wrong, says in (({"code": "sound"}, "taken"), ({"code": "B!"}, "small letters"), ({"weight": 99}, "1 to 96")):
        again = desk.send("setup/panels/add", {**data, "code": "other", **wrong})
        assert (again.status_code, says in again.text) == (422, True), says


def test_criteria_are_asked_weighed_moved_and_explained(desk: Desk) -> None:
    panel = desk.round.panels[0]
    path = f"panels/{panel.id}"
    added = desk.send(f"{path}/add", {**CRITERION, "weight": 20, "anchors_ko": "8 좋다", "anchors_en": "8 good"})
    assert added.status_code == 303
    rows = {one.code: one for one in desk.round.panels[0].criteria}
    assert {code: one.weight for code, one in rows.items()} == {
        "control": 32,
        "coherence": 28,
        "reason": 20,
        "sound": 20,
    }
    assert rows["sound"].anchors == {"8": {"ko": "좋다", "en": "good"}}
    table = {f"criterion-{one.id}-weight": one.weight for one in rows.values()}
    desk.send(path, {**table, "up": rows["sound"].id})
    assert [one.code for one in desk.round.panels[0].criteria] == ["control", "coherence", "sound", "reason"]
    desk.send(path, {**table, "remove": rows["control"].id})
    assert sum(one.weight for one in desk.round.panels[0].criteria) == 100
    wrong = desk.send(path, {**table, f"criterion-{rows['sound'].id}-weight": 77})
    assert (wrong.status_code, "They have to make 100." in wrong.text, 'value="77"' in wrong.text) == (422, True, True)


def test_a_criterion_is_edited_on_a_page_of_its_own(desk: Desk) -> None:
    panel = desk.round.panels[0]
    one = panel.criteria[0]
    path = f"panels/{panel.id}/criteria/{one.id}"
    shown = desk.browser.get(f"/en/ops/rounds/{desk.code}/{path}")
    assert "8 Every shot shows a choice" in shown.text
    assert desk.send(path, {**CRITERION, "anchors_ko": "", "anchors_en": ""}).status_code == 303
    changed = desk.round.panels[0].criteria[0]
    assert (changed.code, changed.anchors, changed.weight) == ("sound", {}, 40)
    wrong = desk.send(path, {**CRITERION, "anchors_ko": "8 좋다", "question_en": ""})
    assert wrong.status_code == 422
    assert "Say in both languages" not in wrong.text, "shape first"
    assert "8 좋다" in wrong.text
    apart = desk.send(path, {**CRITERION, "anchors_ko": "8 좋다"})
    assert (apart.status_code, "Only one has: 8" in apart.text) == (422, True)
    foreign = f"panels/{desk.round.panels[1].id}/criteria/{one.id}"
    assert desk.browser.get(f"/en/ops/rounds/{desk.code}/{foreign}").status_code == 404


def test_the_set_up_of_another_round_is_copied(desk: Desk, jury: Jury) -> None:
    desk.send("setup", SETTINGS)
    desk.send("setup/preset", {"preset": "one"})
    other = setup.make_round(
        desk.session, jury.call, name_ko="셋", name_en="Third", due_at=clock.now() + timedelta(days=9), by=SYSTEM
    )
    desk.session.commit()
    third = Desk(desk.session, desk.browser, other.code)
    assert third.send("setup/copy", {"source": desk.code}).status_code == 303
    found = third.round
    assert (found.name_en, found.kind, found.places, found.jurors_per_film) == ("Third", "final", 12, 3)
    assert [panel.code for panel in found.panels] == ["jury"]
    assert [one.code for one in found.panels[0].criteria] == [one.code for one in desk.round.panels[0].criteria]
    assert third.send("setup/copy", {"source": "nothing"}).status_code == 404


@pytest.mark.parametrize("path", ["setup", "setup/panels", "setup/panels/add", "setup/preset"])
def test_who_comes_second_is_told_and_keeps_what_was_typed(desk: Desk, path: str) -> None:
    old = desk.round.rev
    data = {**SETTINGS, **desk.table(craft_name_en="Typed with care"), "code": "sound", "weight": 10, "demand": 1}
    assert desk.send("setup", {**SETTINGS, "places": 30}).status_code == 303
    answer = desk.send(path, {**data, "preset": "one"}, rev=old)
    assert answer.status_code == 409
    assert "Somebody changed this round meanwhile" in answer.text
    kept = {"setup": "2031-02-01", "setup/panels": "Typed with care", "setup/panels/add": 'value="sound"'}
    assert kept.get(path, "") in answer.text
    assert (desk.round.places, len(desk.round.panels)) == (30, 3)
    assert f'name="rev" value="{desk.round.rev}"' in answer.text, "saving again is based on what stands now"


def test_two_chairs_at_once_are_one_and_a_refusal(desk: Desk, jury: Jury, sign_in: Callable[..., FlaskClient]) -> None:
    rev, browsers = desk.round.rev, [desk.browser, sign_in(jury.organizer.id)]
    desk.session.commit()
    path = f"/en/ops/rounds/{desk.code}/setup/panels/add"
    data = {"rev": rev, "name_ko": "소리", "name_en": "Sound", "weight": 20, "demand": 1}
    with ThreadPoolExecutor(2) as pool:
        sent = [pool.submit(one.post, path, data={**data, "code": f"c{n}"}) for n, one in enumerate(browsers)]
        answers = sorted(one.result().status_code for one in sent)
    assert answers == [303, 409]
    assert (len(desk.round.panels), sum(desk.weights().values())) == (4, 100)


def test_what_jurors_have_seen_stays_but_names_and_date_do_not(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    desk = Desk(session, sign_in(published.chair.id), published.round.code)
    page = desk.browser.get(f"/en/ops/rounds/{desk.code}/setup").text
    assert "Jurors have seen this round" in page
    assert 'name="places"' not in page
    assert desk.send("setup", SETTINGS).status_code == 303
    found = desk.round
    assert (found.name_en, found.places, found.visibility) == ("Final", 24, "never")
    for path, data in (
        ("setup/panels", desk.table(craft_weight=35)),
        ("setup/panels/add", {"code": "x", "name_ko": "이", "name_en": "X", "weight": 5, "demand": 1}),
        ("setup/preset", {"preset": "one"}),
        (f"panels/{found.panels[0].id}/add", {**CRITERION, "weight": 5}),
        ("films/reach", {"reach": "listed"}),
    ):
        refused = desk.send(path, data)
        assert (refused.status_code, "Jurors have seen this round." in refused.text) == (422, True), path
    assert len(desk.round.panels) == 3


def test_jurors_find_none_of_it(published: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    juror = sign_in(published.people[0].id)
    panel = session.scalar(sa.select(Panel.id).where(Panel.round_id == published.round.id).limit(1))
    assert session.scalar(sa.select(sa.func.count()).select_from(Juror)) == 6
    session.commit()
    for path in ("setup", "films", "planner", f"panels/{panel}"):
        assert juror.get(f"/en/ops/rounds/{published.round.code}/{path}").status_code == 404
        assert juror.post(f"/en/ops/rounds/{published.round.code}/{path}").status_code == 404
