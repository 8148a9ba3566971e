"""Pending decisions are invisible, released by a second person, all at once, with exactly their mails."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.errors import Invalid
from portal.jury.decisions import service as decisions
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.results import service as results
from portal.jury.results.models import Result
from portal.jury.scoring.service import submit
from portal.lifecycles import DecisionState, EntryState, MailState
from portal.mail.models import OutgoingMail
from tests.jury.conftest import Jury


def _states(session: Session) -> list[MailState]:
    return list(
        session.scalars(
            sa.select(OutgoingMail.state).where(OutgoingMail.kind.startswith("decision_")).order_by(OutgoingMail.id)
        )
    )


def _decide_all(session: Session, jury: Jury) -> None:
    decisions.decide(session, jury.round, jury.films[0], Outcome.SELECTED, by=jury.actor(jury.chair))
    decisions.decide_rest(session, jury.round, by=jury.actor(jury.chair))
    session.commit()


def test_a_pending_decision_says_nothing_outside_the_desk(
    judged: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    maker = sign_in(judged.maker.id)
    before = maker.get("/ko/entries").get_data()
    _decide_all(session, judged)
    assert decisions.announced_outcome(session, judged.films[0].id) is None
    assert maker.get("/ko/entries").get_data() == before
    assert _states(session) == [MailState.DRAFT] * 6


def test_whoever_decided_cannot_release(judged: Jury, session: Session) -> None:
    _decide_all(session, judged)
    with pytest.raises(Invalid):
        decisions.release(session, judged.round, by=judged.actor(judged.chair))
    session.rollback()
    assert _states(session) == [MailState.DRAFT] * 6


def test_a_release_announces_everything_once(judged: Jury, session: Session) -> None:
    _decide_all(session, judged)
    second = judged.actor(judged.organizer)
    assert _outcomes_on_entries(session) == {""}, "the makers' pages know nothing before the release"
    assert decisions.release(session, judged.round, by=second) == 6
    session.commit()
    assert decisions.release(session, judged.round, by=second) == 0
    session.commit()
    assert _states(session) == [MailState.QUEUED] * 6
    assert decisions.announced_outcome(session, judged.films[0].id) == Outcome.SELECTED
    assert decisions.announced_outcome(session, judged.films[1].id) == Outcome.NOT_SELECTED
    assert set(session.scalars(sa.select(Decision.state))) == {DecisionState.ANNOUNCED}
    assert _outcomes_on_entries(session) == {"selected", "not_selected"}
    assert _outcome_of(session, judged.films[0]) == "selected"


def _outcomes_on_entries(session: Session) -> set[str]:
    return set(session.scalars(sa.select(Entry.announced)))


def _outcome_of(session: Session, film: Entry) -> str | None:
    return session.scalar(sa.select(Entry.announced).where(Entry.id == film.id))


def test_the_makers_page_shows_the_outcome_from_the_release_on(
    judged: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _decide_all(session, judged)
    film = judged.films[0]
    session.commit()
    maker = sign_in(film.owner_id)
    before = maker.get(f"/en/entries/{film.number}").text
    assert "Selected" not in before
    assert "The jury watches the films" in before
    decisions.release(session, judged.round, by=judged.actor(judged.organizer))
    session.commit()
    after = maker.get(f"/en/entries/{film.number}").text
    assert "Confirm or decline by" in after
    assert '<b>Results</b><span class="vh">: now</span><span class="xs muted">Selected</span>' in after
    assert "Selected" in maker.get("/en/entries").text


def test_what_was_decided_still_counts_after_its_release(
    judged: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _decide_all(session, judged)
    waiting = decisions.tally(session, judged.round)
    decisions.release(session, judged.round, by=judged.actor(judged.organizer))
    session.commit()
    released = decisions.tally(session, judged.round)
    assert waiting.decided == released.decided == {Outcome.SELECTED: 1, Outcome.NOT_SELECTED: 5}
    assert (waiting.pending, released.pending, released.undecided) == (6, 0, 0)
    session.commit()
    page = sign_in(judged.chair.id).get(f"/en/ops/results/{judged.round.code}").text
    assert _kpis(page) == {"Selected": "1", "Reserve": "0", "Not selected": "5", "Undecided": "0"}


def _kpis(page: str) -> dict[str, str]:
    """The big numbers of a page by their labels."""
    return dict(re.findall(r'<li><p class="small muted">([^<]+)</p><p class="kpi"><b[^>]*>([^<]+)</b>', page))


def test_changing_ones_mind_supersedes_the_mail_that_waited(judged: Jury, session: Session) -> None:
    chair, film = judged.actor(judged.chair), judged.films[0]
    decisions.decide(session, judged.round, film, Outcome.SELECTED, by=chair)
    session.commit()
    decisions.decide(session, judged.round, film, Outcome.RESERVE, by=chair)
    session.commit()
    assert _states(session) == [MailState.SUPERSEDED, MailState.DRAFT]
    decisions.decide(session, judged.round, film, None, by=chair)
    session.commit()
    assert _states(session) == [MailState.SUPERSEDED, MailState.SUPERSEDED]
    assert decisions.tally(session, judged.round).pending == 0


def test_an_announced_decision_stays(judged: Jury, session: Session) -> None:
    _decide_all(session, judged)
    decisions.release(session, judged.round, by=judged.actor(judged.organizer))
    session.commit()
    with pytest.raises(Invalid):
        decisions.decide(session, judged.round, judged.films[0], Outcome.RESERVE, by=judged.actor(judged.chair))


def test_only_eligible_films_of_the_call_are_decided(judged: Jury, session: Session) -> None:
    film = judged.films[0]
    session.execute(sa.update(type(film)).where(type(film).id == film.id).values(state=EntryState.WITHDRAWN))
    session.expire_all()
    with pytest.raises(Invalid):
        decisions.decide(session, judged.round, film, Outcome.SELECTED, by=judged.actor(judged.chair))


def test_the_desk_walks_from_results_to_release(
    published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _score_everything(session, published)
    chair, organizer = sign_in(published.chair.id), sign_in(published.organizer.id)
    code, film = published.round.code, published.films[2]
    page = chair.get(f"/ko/ops/results/{code}").get_data(as_text=True)
    assert film.number in page
    chair.post(f"/ko/ops/results/{code}/decide", data={"number": film.number, "outcome": "selected", "page": "1"})
    chair.post(f"/ko/ops/results/{code}/decide-rest")
    refused = chair.post(f"/ko/ops/results/{code}/release")
    assert refused.status_code == 422
    assert "다른 사람이 발표해야 해요" in refused.get_data(as_text=True)
    assert organizer.post(f"/ko/ops/results/{code}/release").status_code == 303
    session.expire_all()
    assert decisions.announced_outcome(session, film.id) == Outcome.SELECTED


def _score_everything(session: Session, jury: Jury) -> None:
    from portal.jury import queries

    for n, juror in enumerate(jury.jurors):
        for row in queries.queue(session, juror.id):
            assignment = queries.assignment_by_code(session, row.code)
            assert assignment is not None
            criteria = queries.weights(session, assignment)
            strict = 5 + assignment.entry_id % 4 - (n % 2)
            scores = {one.id: strict for one in criteria}
            submit(session, assignment, criteria, scores=scores, comment="", by=jury.actor(jury.people[n]))
    session.commit()
    results.recompute(session, jury.round)
    session.commit()


def test_results_are_recomputed_from_the_sheets(published: Jury, session: Session) -> None:
    _score_everything(session, published)
    rows = session.scalars(sa.select(Result).where(Result.round_id == published.round.id)).all()
    assert len(rows) == 6
    assert all(row.n == 3 and row.rank for row in rows)
    assert all(row.low <= row.score <= row.high for row in rows)
    for component in {row.component for row in rows}:
        together = [row for row in rows if row.component == component]
        best = min(together, key=lambda row: row.rank or 99)
        assert best.score == max(row.score for row in together)


@pytest.mark.parametrize("path", ["", "/release", ".csv"])
def test_results_are_not_a_jurors_business(judged: Jury, sign_in: Callable[..., FlaskClient], path: str) -> None:
    assert sign_in(judged.people[0].id).get(f"/ko/ops/results/{judged.round.code}{path}").status_code == 404


def test_a_strange_outcome_is_refused(judged: Jury, session: Session, sign_in: Callable[..., FlaskClient]) -> None:
    chair, code = sign_in(judged.chair.id), judged.round.code
    number = judged.films[0].number
    strange = chair.post(f"/ko/ops/results/{code}/decide", data={"number": number, "outcome": "winner"})
    absent = chair.post(f"/ko/ops/results/{code}/decide", data={"number": "NOPE", "outcome": "selected"})
    assert (strange.status_code, absent.status_code) == (404, 404)
    assert session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 0


def test_the_mails_of_decisions_leave_with_the_announcement_alone(
    judged: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _decide_all(session, judged)
    organizer, batch = sign_in(judged.organizer.id), decisions.batch(judged.round)
    page = organizer.get(f"/ko/ops/mail/batches/{batch}").get_data(as_text=True)
    assert "이 메일은 발표와 함께 나가요." in page
    refused = organizer.post(f"/ko/ops/mail/batches/{batch}/release", data={"count": 6})
    assert refused.status_code == 422
    assert _states(session) == [MailState.DRAFT] * 6
