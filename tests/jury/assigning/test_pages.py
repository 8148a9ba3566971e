"""The pages of a plan, as the chair uses them, and what jurors answer on theirs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.jury import queries
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState, RoundState
from tests.jury.assigning.plans import propose
from tests.jury.conftest import Jury
from workers.jury import assign, replay

SignIn = Callable[..., FlaskClient]


def waiting_run(session: Session) -> int:
    found = session.scalars(sa.select(AssignmentRun.id).order_by(AssignmentRun.id.desc())).first()
    session.commit()
    assert found is not None
    return found


@pytest.mark.usefixtures("environment")
def test_a_chair_asks_looks_changes_publishes_and_has_it_proven(jury: Jury, session: Session, sign_in: SignIn) -> None:
    jury.round.band_bp = 5000
    for n, person in enumerate(jury.people):  # with the makers' own mail domain they would all have a conflict
        person.email = f"juror{n}@gmail.com"
    code, number = jury.round.code, jury.films[0].number
    session.commit()
    chair, here = sign_in(jury.chair.id), f"/en/ops/rounds/{code}/assignment"
    assert "Nothing assigned yet" in chair.get(here).text
    assert chair.post(here).status_code == 303
    assert 'hx-trigger="every 2s"' in chair.get(here).text
    assign(waiting_run(session))
    assert chair.get(here, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    page = chair.get(here).text
    assert "No plan can be better by more than" in page
    assert "Equal hours for all jurors" in page
    film = chair.get(f"{here}/films/{number}").text
    assert "Change by hand" in film
    on = session.scalars(
        sa.select(Juror.label).join(Assignment).where(Assignment.entry_id == jury.films[0].id).order_by(Juror.id)
    ).first()
    other = session.scalars(
        sa.select(Juror.label).where(Juror.panel_id == jury.jurors[0].panel_id, Juror.label != on)
    ).first()
    run = session.scalars(sa.select(AssignmentRun.code)).one()
    session.commit()
    assert "The fit in its parts" in chair.get(f"{here}/films/{number}/{on}").text
    refused = chair.post(f"{here}/films/{number}", data={"put": other, "reason": ""})
    assert (refused.status_code, "Give a reason" in refused.text) == (422, True)
    assert chair.post(f"{here}/films/{number}", data={"put": other, "out": on}).status_code == 303
    assert "by hand" in chair.get(f"{here}/films/{number}").text
    assert chair.post(f"{here}/publish", data={"run": "another"}).status_code == 422
    assert chair.post(f"{here}/publish", data={"run": run}).status_code == 303
    assert chair.post(f"{here}/publish", data={"run": run}).status_code == 303
    assert chair.post(f"{here}/runs/{run}/replay").status_code == 303
    replay(waiting_run(session))
    assert "the same plan" in chair.get(here).text


def test_an_impossible_plan_says_who_and_why_and_offers_two_ways(jury: Jury, session: Session, sign_in: SignIn) -> None:
    for juror in jury.jurors[::3]:
        session.add(
            Conflict(juror_id=juror.id, entry_id=jury.films[0].id, source=ConflictSource.COMPUTED, reason="kin")
        )
    run = propose(session, jury)
    code, number, labels = jury.round.code, jury.films[0].number, [juror.label for juror in jury.jurors[::3]]
    name, run_code = jury.round.panels[0].name_en, run.code
    session.commit()
    chair, here = sign_in(jury.chair.id), f"/en/ops/rounds/{code}/assignment"
    page = chair.get(here).text
    assert "infeasible" not in page
    assert "1 viewing is missing" in page
    assert f"Panel {name}" in page
    assert number in page
    assert all(label in page for label in labels)
    assert page.count("/assignment/relax") >= 2
    assert chair.post(f"{here}/relax", data={"run": run_code, "way": "99"}).status_code == 422
    assert chair.post(f"{here}/relax", data={"run": run_code, "way": "0"}).status_code == 303
    assert session.scalar(sa.select(Round.state)) == RoundState.ASSIGNING


def test_a_juror_accepts_gives_one_back_and_steps_down(published: Jury, session: Session, sign_in: SignIn) -> None:
    juror_id, code = published.jurors[0].id, published.round.code
    films = [row.code for row in queries.queue(session, juror_id)]
    others = [row.code for row in queries.queue(session, published.jurors[1].id)]
    person, edition_chair = published.people[0].id, published.chair.id
    session.commit()
    me = sign_in(person)
    assert "3 films wait for your answer" in me.get("/en/jury").text
    assert me.post(f"/en/jury/rounds/{code}/accept").status_code == 303
    assert "wait for your answer" not in me.get("/en/jury").text
    assert me.get(f"/en/jury/films/{others[0]}/decline").status_code == 404
    refused = me.post(f"/en/jury/films/{films[0]}/decline", data={"reason": " "})
    assert (refused.status_code, "Say in a few words why" in refused.text) == (422, True)
    assert me.post(f"/en/jury/films/{films[0]}/decline", data={"reason": "ill"}).status_code == 303
    assert me.get(f"/en/jury/{films[0]}").status_code == 404
    states = sa.select(Assignment.state).where(Assignment.juror_id == juror_id)
    assert sorted(session.scalars(states)) == ["accepted", "accepted", "declined"]
    session.commit()
    assert "2 films would go to others" in me.get(f"/en/jury/rounds/{code}/step-down").text
    assert me.post(f"/en/jury/rounds/{code}/step-down", data={"reason": "moving house"}).status_code == 303
    assert set(session.scalars(states)) == {AssignmentState.DECLINED}
    session.commit()
    assert me.get(f"/en/jury/{films[1]}").status_code == 404
    chair = sign_in(edition_chair)
    page = chair.get(f"/en/ops/rounds/{code}/assignment").text
    assert "3 films lack jurors" in page
    assert "moving house" in page


def test_a_chair_ends_a_seat(published: Jury, session: Session, sign_in: SignIn) -> None:
    code, label, juror_id = published.round.code, published.jurors[2].label, published.jurors[2].id
    session.commit()
    chair = sign_in(published.chair.id)
    assert "End the seat" in chair.get(f"/en/ops/rounds/{code}/seats/{label}/end").text
    assert chair.post(f"/en/ops/rounds/{code}/seats/{label}/end", data={"reason": ""}).status_code == 422
    assert chair.post(f"/en/ops/rounds/{code}/seats/{label}/end", data={"reason": "no answer"}).status_code == 303
    states = session.scalars(sa.select(Assignment.state).where(Assignment.juror_id == juror_id))
    assert set(states) == {AssignmentState.REASSIGNED}
