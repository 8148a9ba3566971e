"""From request to published assignment: exact, without conflict, once, whatever dies on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session, sessionmaker

from portal import audit, clock
from portal.errors import Invalid
from portal.jury.assigning import planning, rows, solving, storing, tries
from portal.jury.assigning import service as assigning
from portal.jury.assigning.models import Assignment, AssignmentRun, RunKind
from portal.jury.conflicts.models import Conflict, ConflictSource
from portal.jury.models import Juror, Round, RoundFilm
from portal.lifecycles import AssignmentState, RoundState, RunState
from portal.mail.models import OutgoingMail
from portal.settings import Settings
from tests.jury.assigning.plans import pairs, propose
from tests.jury.conftest import Jury, publish


def test_every_film_gets_one_juror_of_each_panel_and_loads_stay_in_their_band(jury: Jury, session: Session) -> None:
    publish(session, jury)
    panel_of = {juror.id: juror.panel_id for juror in jury.jurors}
    found = pairs(session, jury.round.id)
    assert len(found) == 18
    for film in jury.films:
        assert {panel_of[juror] for entry, juror in found if entry == film.id} == set(panel_of.values())
    loads = [sum(5 for _, juror in found if juror == one.id) for one in jury.jurors]
    assert set(loads) == {15}
    run = session.scalars(sa.select(AssignmentRun)).one()
    assert (run.state, run.kind, run.report["status"]) == (RunState.PUBLISHED, RunKind.FULL, "optimal")
    assert run.report["gap"] <= 0.001
    assert len(run.fingerprint) == 64


def test_a_conflict_is_never_assigned(jury: Jury, session: Session) -> None:
    session.add(
        Conflict(
            juror_id=jury.jurors[0].id, entry_id=jury.films[0].id, source=ConflictSource.ENTRANT, reason="one family"
        )
    )
    session.flush()
    publish(session, jury)
    assert (jury.films[0].id, jury.jurors[0].id) not in pairs(session, jury.round.id)


def test_an_impossible_round_names_the_rule_and_goes_back(jury: Jury, session: Session) -> None:
    for juror in jury.jurors[::3]:
        session.add(
            Conflict(juror_id=juror.id, entry_id=jury.films[0].id, source=ConflictSource.COMPUTED, reason="family")
        )
    session.flush()
    run = propose(session, jury)
    assert (jury.round.state, run.state) == (RoundState.SETUP, RunState.INFEASIBLE)
    certificate = run.report["certificate"]
    assert list(certificate["films"]) == [jury.films[0].number]
    assert certificate["rule"] == f"panel:{jury.round.panels[0].code}"
    assert certificate["shortfall"] >= 1
    assert pairs(session, jury.round.id) == []


def test_publishing_shows_everything_at_once_and_writes_to_each_juror(published: Jury, session: Session) -> None:
    states = set(session.scalars(sa.select(Assignment.state).where(Assignment.round_id == published.round.id)))
    assert states == {AssignmentState.PUBLISHED}
    mails = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "jury_published")).all()
    assert sorted(mail.recipient for mail in mails) == sorted(person.email for person in published.people)
    assert {mail.language for mail in mails} == {"ko", "en"}
    assert not any(film.title_ko in mail.text for mail in mails for film in published.films)
    assert assigning.publish(session, published.round, by=published.actor(published.chair)) == 0
    assert session.scalar(sa.select(sa.func.count()).select_from(OutgoingMail)) == len(mails)


def test_a_round_past_its_due_date_is_not_published(jury: Jury, session: Session) -> None:
    propose(session, jury)
    with time_machine.travel(clock.now() + timedelta(days=30)), pytest.raises(Invalid):
        assigning.publish(session, jury.round, by=jury.actor(jury.chair))


def test_the_worker_assigns_once_however_often_the_bell_rings(
    jury: Jury, session: Session, environment: Settings, sessions: sessionmaker[Session]
) -> None:
    from workers.jury import assign

    run = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.commit()
    assign(run.id)
    first = pairs(session, jury.round.id)
    assign(run.id)
    session.expire_all()
    assert first
    assert pairs(session, jury.round.id) == first
    assert session.get_one(Round, jury.round.id).state == RoundState.PROPOSED


def test_a_worker_killed_after_its_claim_is_followed_by_another(
    jury: Jury, session: Session, environment: Settings
) -> None:
    from workers.jury import assign

    run = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    session.flush()
    run.lease_until = clock.now() + timedelta(minutes=2)
    session.commit()
    assign(run.id)
    assert pairs(session, jury.round.id) == []
    assert tries.waiting(session) == []
    session.commit()
    with time_machine.travel(clock.now() + timedelta(minutes=3), tick=True):
        assert tries.waiting(session) == [run.id]
        session.commit()
        assign(run.id)
    assert len(pairs(session, jury.round.id)) == 18


def test_the_same_inputs_give_the_same_plan(jury: Jury, session: Session) -> None:
    first, second = (planning.instance_of(session, jury.round).instance for _ in range(2))
    assert solving.solve(first).plan.pairs == solving.solve(second).plan.pairs


def test_the_neutral_order_tells_nothing_of_the_order_of_entries(jury: Jury) -> None:
    places = [rows.neutral_position(2024, 1, entry_id) for entry_id in range(1, 60)]
    assert places != sorted(places)
    assert len(set(places)) == len(places)


def test_every_step_is_in_the_audit_trail(published: Jury, session: Session) -> None:
    verbs = set(session.scalars(sa.select(audit.AuditRecord.verb)))
    steps = {"run.wanted", "run.proposed", "run.published", "round.assigning", "round.proposed", "round.open"}
    assert {"round.made", "juror.seated", *steps} <= verbs
    assert list(audit.broken_links(session)) == []


def test_a_new_plan_replaces_the_proposed_one_and_keeps_fixed_pairs(jury: Jury, session: Session) -> None:
    before = propose(session, jury)
    kept = session.scalars(sa.select(Assignment).where(Assignment.round_id == jury.round.id)).first()
    assert kept is not None
    kept.fixed = True
    pair = (kept.entry_id, kept.juror_id)
    session.commit()
    after = propose(session, jury)
    assert pair in pairs(session, jury.round.id)
    assert len(pairs(session, jury.round.id)) == 18
    assert (before.state, after.state) == (RunState.DROPPED, RunState.PROPOSED)
    assert set(session.scalars(sa.select(Assignment.run_id))) == {after.id}
    assert session.scalar(sa.select(sa.func.count()).select_from(Juror)) == 6


def test_a_conflict_that_comes_to_light_while_it_solves_is_seen_by_the_next_try(
    jury: Jury, session: Session, environment: Settings
) -> None:
    from workers.jury import assign

    run = assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))
    run_id = run.id
    session.commit()
    sheet = storing.sheet_of(session, run)
    solved = solving.solve(sheet.instance)
    entry_id, juror_id = next(iter(sheet.ids(solved.plan.pairs[:1])))
    session.add(Conflict(juror_id=juror_id, entry_id=entry_id, source=ConflictSource.JUROR, reason="my brother"))
    session.commit()
    with pytest.raises(storing.Overtaken):
        storing.store(session, run, sheet, solved)
    session.rollback()
    assert pairs(session, jury.round.id) == []
    assign(run_id)
    assert len(pairs(session, jury.round.id)) == 18
    assert (entry_id, juror_id) not in pairs(session, jury.round.id)


def test_a_conflict_after_the_plan_keeps_it_from_being_published(jury: Jury, session: Session) -> None:
    propose(session, jury)
    entry_id, juror_id = pairs(session, jury.round.id)[0]
    session.add(Conflict(juror_id=juror_id, entry_id=entry_id, source=ConflictSource.JUROR, reason="my brother"))
    session.commit()
    with pytest.raises(Invalid, match="Something changed"):
        assigning.publish(session, jury.round, by=jury.actor(jury.chair))


def test_a_film_of_its_own_demand_is_seen_by_so_many(jury: Jury, session: Session) -> None:
    session.add(RoundFilm(round_id=jury.round.id, entry_id=jury.films[0].id, demand=6))
    session.add(RoundFilm(round_id=jury.round.id, entry_id=jury.films[1].id, demand=1))
    session.flush()
    jury.round.band_bp = 6000
    propose(session, jury)
    seen = [entry for entry, _ in pairs(session, jury.round.id)]
    assert [seen.count(film.id) for film in jury.films] == [6, 1, 3, 3, 3, 3]
