"""A published plan meets life: films given back, seats that end, a late juror; repaired without moving anybody else."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.errors import Invalid
from portal.jury.assigning import answering, replaying, storing
from portal.jury.assigning import service as assigning
from portal.jury.assigning.models import Assignment, AssignmentRun, RunKind
from portal.jury.models import Juror
from portal.jury.rounds import setup
from portal.jury.scoring import service as scoring
from portal.lifecycles import AssignmentState, RoundState, RunState
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from tests import builders
from tests.jury.assigning.plans import mend, pairs
from tests.jury.conftest import Jury

LIVING = (AssignmentState.PUBLISHED, AssignmentState.ACCEPTED, AssignmentState.IN_PROGRESS, AssignmentState.SCORED)


@pytest.fixture
def helped(published: Jury, session: Session) -> Jury:
    """A published round into which a seventh juror has come, on the first panel."""
    person = builders.person(session)
    setup.seat_juror(
        session, published.round, published.round.panels[0], person.id, languages=["ko"], genres=["drama"], by=SYSTEM
    )
    session.commit()
    return published


def films_of(session: Session, juror: Juror) -> list[Assignment]:
    return list(
        session.scalars(
            sa.select(Assignment)
            .where(Assignment.juror_id == juror.id, Assignment.state.in_(LIVING))
            .options(joinedload(Assignment.sheet), joinedload(Assignment.juror), joinedload(Assignment.round))
            .order_by(Assignment.id)
        )
    )


def mails(session: Session) -> list[str]:
    wanted = sa.select(OutgoingMail.recipient).where(OutgoingMail.kind == "jury_changed")
    return sorted(session.scalars(wanted))


def test_a_film_given_back_is_given_to_one_other_and_nothing_else_changes(helped: Jury, session: Session) -> None:
    juror = helped.jurors[0]
    lost = films_of(session, juror)[0]
    with pytest.raises(Invalid):
        answering.decline(session, lost, reason="", by=helped.actor(helped.people[0]))
    answering.decline(session, lost, reason="I am ill that week", by=helped.actor(helped.people[0]))
    before = set(pairs(session, helped.round.id, *LIVING))
    run = mend(session, helped)
    assert (run.kind, run.state, helped.round.state) == (RunKind.REPAIR, RunState.PROPOSED, RoundState.OPEN)
    proposed = pairs(session, helped.round.id, AssignmentState.PROPOSED)
    assert [entry for entry, _ in proposed] == [lost.entry_id]
    assert set(pairs(session, helped.round.id, *LIVING)) == before
    assert assigning.publish(session, helped.round, by=helped.actor(helped.chair), code=run.code) == 1
    session.commit()
    assert set(pairs(session, helped.round.id, *LIVING)) == before | set(proposed)
    chosen = session.get_one(Juror, proposed[0][1])
    assert chosen.panel_id == juror.panel_id
    assert len(mails(session)) == 1
    assert assigning.publish(session, helped.round, by=helped.actor(helped.chair), code=run.code) == 0
    assert len(mails(session)) == 1


def test_a_seat_that_ends_keeps_what_was_handed_in_and_loses_the_rest(helped: Jury, session: Session) -> None:
    juror, person = helped.jurors[0], helped.people[0]
    done, *rest = films_of(session, juror)
    criteria = helped.round.panels[0].criteria
    scores = {one.id: 7 for one in criteria}
    scoring.submit(session, done, criteria, scores=scores, comment="", by=helped.actor(person))
    session.commit()
    before = set(pairs(session, helped.round.id, *LIVING))
    assert answering.end_seat(session, juror, reason="too busy", by=helped.actor(person)) == len(rest) == 2
    assert answering.end_seat(session, juror, reason="too busy", by=helped.actor(person)) == 0
    session.commit()
    lost = {(one.entry_id, juror.id) for one in rest}
    assert set(pairs(session, helped.round.id, *LIVING)) == before - lost
    run = mend(session, helped)
    new = pairs(session, helped.round.id, AssignmentState.PROPOSED)
    assert sorted(entry for entry, _ in new) == sorted(entry for entry, _ in lost)
    assert run.report["changes"] == 0
    assert juror.id not in {one for _, one in new}


def test_a_late_jurors_films_go_to_others_in_one_step(helped: Jury, session: Session) -> None:
    juror = helped.jurors[0]
    own = {(one.entry_id, juror.id) for one in films_of(session, juror)}
    before = set(pairs(session, helped.round.id, *LIVING))
    run = mend(session, helped, without=juror)
    assert set(pairs(session, helped.round.id, *LIVING)) == before, "a preview changes nothing"
    new = set(pairs(session, helped.round.id, AssignmentState.PROPOSED))
    assert {entry for entry, _ in new} == {entry for entry, _ in own}
    assigning.publish(session, helped.round, by=helped.actor(helped.chair), code=run.code)
    session.commit()
    assert set(pairs(session, helped.round.id, *LIVING)) == (before - own) | new
    assert helped.people[0].email in mails(session)
    assert len(mails(session)) == 1 + len({one for _, one in new})


def test_what_the_late_juror_did_meanwhile_stops_the_publication(helped: Jury, session: Session) -> None:
    juror, person = helped.jurors[0], helped.people[0]
    run = mend(session, helped, without=juror)
    criteria = helped.round.panels[0].criteria
    done = films_of(session, juror)[0]
    scores = {one.id: 7 for one in criteria}
    scoring.submit(session, done, criteria, scores=scores, comment="", by=helped.actor(person))
    session.commit()
    with pytest.raises(Invalid, match="Something changed"):
        assigning.publish(session, helped.round, by=helped.actor(helped.chair), code=run.code)


def test_the_knob_offers_more_changes_for_a_better_fit_and_one_is_chosen(helped: Jury, session: Session) -> None:
    session.execute(sa.update(Juror).where(Juror.id == helped.jurors[3].id).values(genres=["horror"]))
    answering.decline(session, films_of(session, helped.jurors[0])[0], reason="ill", by=helped.actor(helped.people[0]))
    run = mend(session, helped)
    knob = {one["kappa_bp"]: one for one in run.report["knob"]}
    assert set(knob) == {10_000, 2_000, 500, 0}
    assert knob[10_000]["changes"] == 0
    assert knob[10_000]["gain"] == 0.0
    assert knob[0]["gain"] >= knob[2_000]["gain"]
    assert not storing.choose(session, run, 123, by=helped.actor(helped.chair))
    assert storing.choose(session, run, 0, by=helped.actor(helped.chair))
    session.commit()
    assert (run.kappa_bp, run.report["changes"]) == (0, knob[0]["changes"])
    assert len(pairs(session, helped.round.id, AssignmentState.PROPOSED)) == knob[0]["new"]
    found = replaying.by_code(session, run.code)
    assert found["same_plan"]
    assert found["same_inputs"]


def test_a_stored_plan_comes_out_again(published: Jury, session: Session) -> None:
    code = session.scalars(sa.select(AssignmentRun.code)).one()
    found = replaying.by_code(session, code)
    assert found["same_plan"]
    assert found["same_inputs"]
    assert found["differing_pairs"] == 0
    with pytest.raises(Invalid):
        replaying.by_code(session, "nothing")


def test_a_pair_set_by_hand_stays_whatever_another_would_fit(helped: Jury, session: Session) -> None:
    """The seventh juror fits every film better than the one who was put there by hand, and a film is lost besides."""
    kept, lost = films_of(session, helped.jurors[0])[:2]
    kept.fixed = True
    newcomer = session.scalars(sa.select(Juror).where(Juror.round_id == helped.round.id).order_by(Juror.id)).all()[-1]
    newcomer.genres, newcomer.languages = ["drama", "sf"], ["ko", "en"]
    helped.jurors[0].languages, helped.jurors[0].genres = ["fr"], ["horror"]
    helped.round.kappa_bp = helped.round.floor_bp = 0
    answering.decline(session, lost, reason="I am ill that week", by=helped.actor(helped.people[0]))
    session.commit()
    run = mend(session, helped)
    assigning.publish(session, helped.round, by=helped.actor(helped.chair), code=run.code)
    session.commit()
    session.refresh(kept)
    assert kept.state == AssignmentState.PUBLISHED
