"""From request to published assignment: exact, without conflict, once, whatever dies on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from portal import audit, clock
from portal.errors import Invalid
from portal.jury.assigning import planning
from portal.jury.assigning import service as assigning
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.models import Juror, Round
from portal.lifecycles import AssignmentState, RoundState
from portal.mail.models import OutgoingMail
from portal.settings import Settings
from tests.jury.conftest import Jury, publish


def _pairs(session: Session, round_id: int) -> list[tuple[int, int]]:
    rows = session.execute(sa.select(Assignment.entry_id, Assignment.juror_id).where(Assignment.round_id == round_id))
    found = sorted(tuple(row) for row in rows)
    session.commit()
    return found


def test_every_film_gets_one_juror_of_each_panel_and_loads_stay_in_their_band(jury: Jury, session: Session) -> None:
    publish(session, jury)
    panel_of = {juror.id: juror.panel_id for juror in jury.jurors}
    pairs = _pairs(session, jury.round.id)
    assert len(pairs) == 18
    for film in jury.films:
        assert {panel_of[juror] for entry, juror in pairs if entry == film.id} == set(panel_of.values())
    loads = [sum(5 for _, juror in pairs if juror == one.id) for one in jury.jurors]
    assert set(loads) == {15}
    assert jury.round.plan["status"] == "optimal"
    assert jury.round.plan["gap"] <= 0.001


def test_a_conflict_is_never_assigned(jury: Jury, session: Session) -> None:
    session.add(
        Conflict(
            juror_id=jury.jurors[0].id, entry_id=jury.films[0].id, source=ConflictSource.ENTRANT, reason="one family"
        )
    )
    session.flush()
    publish(session, jury)
    assert (jury.films[0].id, jury.jurors[0].id) not in _pairs(session, jury.round.id)


def test_an_impossible_round_names_the_rule_and_goes_back(jury: Jury, session: Session) -> None:
    for juror in jury.jurors[::3]:
        session.add(
            Conflict(juror_id=juror.id, entry_id=jury.films[0].id, source=ConflictSource.COMPUTED, reason="family")
        )
    session.flush()
    assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    sheet = planning.instance_of(session, jury.round)
    planning.store(session, jury.round, sheet, planning.solve(sheet))
    session.commit()
    assert jury.round.state == RoundState.SETUP
    certificate = jury.round.plan["certificate"]
    assert list(certificate["films"]) == [jury.films[0].number]
    assert certificate["shortfall"] >= 1
    assert _pairs(session, jury.round.id) == []


def test_publishing_shows_everything_at_once_and_writes_to_each_juror(published: Jury, session: Session) -> None:
    states = set(session.scalars(sa.select(Assignment.state).where(Assignment.round_id == published.round.id)))
    assert states == {AssignmentState.PUBLISHED}
    mails = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "jury_published")).all()
    assert sorted(mail.recipient for mail in mails) == sorted(person.email for person in published.people)
    assert {mail.language for mail in mails} == {"ko", "en"}
    assert not any(film.title_ko in mail.text for mail in mails for film in published.films)
    assert assigning.publish(session, published.round, by=published.actor(published.chair)) == 0


def test_a_round_past_its_due_date_is_not_published(jury: Jury, session: Session) -> None:
    assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    sheet = planning.instance_of(session, jury.round)
    planning.store(session, jury.round, sheet, planning.solve(sheet))
    with time_machine.travel(clock.now() + timedelta(days=30)), pytest.raises(Invalid):
        assigning.publish(session, jury.round, by=jury.actor(jury.chair))


def test_the_worker_assigns_once_however_often_the_bell_rings(
    jury: Jury, session: Session, environment: Settings, sessions: sessionmaker[Session]
) -> None:
    from workers.jury import assign

    assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.commit()
    assign(jury.round.id)
    first = _pairs(session, jury.round.id)
    assign(jury.round.id)
    session.expire_all()
    assert first
    assert _pairs(session, jury.round.id) == first
    assert session.get_one(Round, jury.round.id).state == RoundState.PROPOSED


def test_a_worker_killed_after_its_claim_is_followed_by_another(
    jury: Jury, session: Session, environment: Settings
) -> None:
    from portal.jury.queries import waiting_for_assignment
    from workers.jury import assign

    assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.execute(
        sa.update(Round).where(Round.id == jury.round.id).values(lease_until=clock.now() + timedelta(minutes=2))
    )
    session.commit()
    assign(jury.round.id)
    assert _pairs(session, jury.round.id) == []
    assert waiting_for_assignment(session) == []
    session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=True):
        assert waiting_for_assignment(session) == [jury.round.id]
        session.commit()
        assign(jury.round.id)
    assert len(_pairs(session, jury.round.id)) == 18


def test_the_same_inputs_give_the_same_plan(jury: Jury, session: Session) -> None:
    sheet = planning.instance_of(session, jury.round)
    assert planning.solve(sheet).pairs == planning.solve(planning.instance_of(session, jury.round)).pairs


def test_the_neutral_order_tells_nothing_of_the_order_of_entries(jury: Jury) -> None:
    places = [planning.neutral_position(2024, 1, entry_id) for entry_id in range(1, 60)]
    assert places != sorted(places)
    assert len(set(places)) == len(places)


def test_every_step_is_in_the_audit_trail(published: Jury, session: Session) -> None:
    verbs = set(session.scalars(sa.select(audit.AuditRecord.verb)))
    assert {"round.made", "juror.seated", "round.assigning", "round.proposed", "round.open"} <= verbs
    assert list(audit.broken_links(session)) == []


def test_a_new_plan_replaces_the_proposed_one_and_keeps_fixed_pairs(jury: Jury, session: Session) -> None:
    chair = jury.actor(jury.chair)
    assigning.request_assignment(session, jury.round, by=chair)
    sheet = planning.instance_of(session, jury.round)
    planning.store(session, jury.round, sheet, planning.solve(sheet))
    kept = session.scalars(sa.select(Assignment).where(Assignment.round_id == jury.round.id)).first()
    assert kept is not None
    kept.fixed = True
    pair = (kept.entry_id, kept.juror_id)
    session.commit()
    assigning.request_assignment(session, jury.round, by=chair)
    sheet = planning.instance_of(session, jury.round)
    planning.store(session, jury.round, sheet, planning.solve(sheet))
    session.commit()
    assert pair in _pairs(session, jury.round.id)
    assert len(_pairs(session, jury.round.id)) == 18
    assert session.scalar(sa.select(sa.func.count()).select_from(Juror)) == 6
