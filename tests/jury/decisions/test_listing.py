"""Nobody learns it from the list: not before everybody was told, not before the embargo ends, on no public address."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import clock
from portal.errors import Invalid
from portal.jury.decisions import listing, service
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import MailState, RoundState
from portal.mail.models import OutgoingMail
from tests.jury.conftest import Jury

PUBLIC = ("films", "", "awards", "schedule", "label")


@pytest.fixture
def released(judged: Jury, session: Session) -> Jury:
    """One film of six selected, one in reserve; the round closed and everything released, the mails on their way."""
    chair = judged.actor(judged.chair)
    judged.films[0].title_ko = "뽑힌 영화"
    service.decide(session, judged.round, judged.films[0], Outcome.SELECTED, by=chair)
    service.decide(session, judged.round, judged.films[1], Outcome.RESERVE, by=chair)
    service.decide_rest(session, judged.round, by=chair)
    session.commit()
    service.release(session, judged.round, by=judged.actor(judged.organizer))
    judged.edition.published_at = clock.now()
    session.commit()
    return judged


def _mails(session: Session, state: MailState) -> None:
    mails = sa.update(OutgoingMail).where(OutgoingMail.kind.like("decision_%")).values(state=state)
    session.execute(mails.execution_options(synchronize_session=False))
    session.commit()


def _public(client: FlaskClient, jury: Jury) -> str:
    """Everything that anybody can fetch, pages and files."""
    number = jury.films[0].number
    addresses = [f"/ko/{path}" for path in PUBLIC]
    files = [f"/ko/films/{number}", f"/ko/films/{number}/label.json", "/api/v1/schedule.json", "/ko/schedule.ics"]
    return "\n".join(client.get(address).text.replace(number, "") for address in (*addresses, *files))


def test_the_list_waits_for_every_maker_the_selected_too(released: Jury, session: Session, client: FlaskClient) -> None:
    second = released.actor(released.organizer)
    assert released.round.state == RoundState.DECIDED
    assert len(listing.untold(session, released.round.id)) == 6
    with pytest.raises(Invalid) as refused:
        listing.show(session, released.round, by=second)
    assert refused.value.params["n"] == 6
    session.rollback()
    assert "뽑힌 영화" not in _public(client, released)
    _mails(session, MailState.SENT)
    chosen = sa.update(OutgoingMail).where(OutgoingMail.kind == "decision_selected")
    session.execute(chosen.values(state=MailState.BOUNCED))
    session.commit()
    assert [one.outcome for one in listing.untold(session, released.round.id)] == [Outcome.SELECTED]
    _mails(session, MailState.SENT)
    assert listing.show(session, released.round, by=second) == 1
    session.commit()
    assert released.round.state == RoundState.ANNOUNCED
    assert "뽑힌 영화" in client.get("/ko/films").text


@pytest.mark.parametrize(
    "state", [MailState.QUEUED, MailState.SENDING, MailState.FAILED, MailState.BOUNCED, MailState.CANCELLED]
)
def test_only_a_mail_that_was_sent_tells(released: Jury, session: Session, state: MailState) -> None:
    _mails(session, state)
    assert {one.mail_state for one in listing.untold(session, released.round.id)} == {state}


def test_who_cannot_be_reached_is_marked_with_a_reason(
    released: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    _mails(session, MailState.SENT)
    number = released.films[3].number
    lost = sa.select(Decision.id).where(Decision.entry_id == released.films[3].id).scalar_subquery()
    bounced = {"state": MailState.FAILED, "last_error": "550 no such user"}
    session.execute(sa.update(OutgoingMail).where(OutgoingMail.object_id == lost).values(**bounced))
    session.commit()
    organizer, address = sign_in(released.organizer.id), f"/en/ops/results/{released.round.code}"
    page = organizer.get(f"{address}/list").text
    assert number in page
    assert "550 no such user" in page
    refused = organizer.post(f"{address}/list")
    assert refused.status_code == 422
    assert "Not told yet: 1" in refused.text
    bare = organizer.post(f"{address}/undeliverable", data={"number": number, "reason": " "})
    assert "Say why this person cannot be reached." in bare.text
    assert organizer.post(f"{address}/undeliverable", data={"number": number, "reason": "없는 주소"}).status_code == 303
    assert "없는 주소" in organizer.get(f"{address}/list").text
    assert organizer.post(f"{address}/list").status_code == 303
    assert "뽑힌 영화" in organizer.get("/ko/films").text


def test_nothing_is_public_before_the_embargo_ends(
    released: Jury, session: Session, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = released.actor(released.organizer)
    _mails(session, MailState.SENT)
    until = clock.now() + timedelta(days=2)
    listing.set_embargo(session, released.round, until, by=second)
    session.commit()
    with pytest.raises(Invalid, match="embargo"):
        listing.show(session, released.round, by=second)
    session.rollback()
    assert "뽑힌 영화" not in _public(client, released)
    monkeypatch.setattr(clock, "now", lambda: until)
    assert listing.show(session, released.round, by=second) == 1
    session.commit()
    with pytest.raises(Invalid, match="public already"):
        listing.set_embargo(session, released.round, None, by=second)


def test_the_database_holds_the_embargo(released: Jury, session: Session) -> None:
    now = clock.now()
    with pytest.raises(IntegrityError):
        session.execute(sa.update(Round).values(embargo_until=now + timedelta(days=1), listed_at=now))
    session.rollback()


def test_makers_know_before_the_public(
    released: Jury, session: Session, sign_in: Callable[..., FlaskClient], client: FlaskClient
) -> None:
    assert "Selected" in sign_in(released.maker.id).get(f"/en/entries/{released.films[0].number}").text
    assert client.get(f"/ko/films/{released.films[0].number}").status_code == 404


def test_the_embargo_is_set_in_korean_time(
    released: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    organizer, address = sign_in(released.organizer.id), f"/en/ops/results/{released.round.code}/embargo"
    assert organizer.post(address, data={"embargo_on": "2031-02-19", "embargo_time": "18:00"}).status_code == 303
    session.refresh(released.round)
    assert released.round.embargo_until is not None
    assert released.round.embargo_until.isoformat() == "2031-02-19T09:00:00+00:00"
    session.rollback()
    wrong = organizer.post(address, data={"embargo_on": "soon", "embargo_time": "18:00"})
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.text
