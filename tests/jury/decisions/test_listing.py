"""Nobody learns it from the list: not before everybody was told, not before the embargo ends, on no public address."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from portal import clock
from portal.db import unit_of_work
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.jury.decisions import listing, mails, reserves, service
from portal.jury.decisions import queries as reading
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import EntryState, MailState, RoundState
from portal.mail import bounces
from portal.mail.models import MailPreference, OutgoingMail, Topic, Way
from portal.policies import SYSTEM
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


def test_the_list_waits_for_the_films_nobody_has_decided_on(judged: Jury, session: Session) -> None:
    chair, second = judged.actor(judged.chair), judged.actor(judged.organizer)
    service.decide(session, judged.round, judged.films[0], Outcome.SELECTED, by=chair)
    session.commit()
    service.release(session, judged.round, by=second)
    session.commit()
    _mails(session, MailState.SENT)
    for step in (lambda: None, lambda: service.decide_rest(session, judged.round, by=chair)):
        step()
        session.commit()
        with pytest.raises(Invalid) as refused:
            listing.show(session, judged.round, by=second)
        assert refused.value.params["n"] == 5, "neither undecided nor unreleased: the other five would learn it here"
        session.rollback()
    service.release(session, judged.round, by=second)
    session.commit()
    _mails(session, MailState.SENT)
    assert listing.show(session, judged.round, by=second) == 1


def test_a_mark_of_the_reserve_does_not_tell_the_selected(released: Jury, session: Session) -> None:
    second = released.actor(released.organizer)
    _mails(session, MailState.SENT)
    reserve = reading.decision_on(session, released.round, released.films[1].number)
    assert reserve is not None
    listing.mark_undeliverable(session, reserve, "no address", by=second)
    films = sa.update(Entry).where(Entry.id == released.films[0].id)
    session.execute(films.values(state=EntryState.WITHDRAWN))
    reserves.promote(session, released.round, reserve, by=released.actor(released.chair))
    session.commit()
    service.release(session, released.round, by=second)
    session.commit()
    assert [one.outcome for one in listing.untold(session, released.round.id)] == [Outcome.SELECTED]


def test_no_preference_keeps_a_decision_from_its_reader(released: Jury, session: Session) -> None:
    """What has no topic is nobody's to switch off; an address that takes no mail is told nothing."""
    chair, second = released.actor(released.chair), released.actor(released.organizer)
    films = sa.update(Entry).where(Entry.id == released.films[0].id)
    session.execute(films.values(state=EntryState.WITHDRAWN))
    reserve = reading.decision_on(session, released.round, released.films[1].number)
    assert reserve is not None
    reserves.promote(session, released.round, reserve, by=chair)
    for topic in Topic:
        session.add(MailPreference(address=released.maker.email, topic=topic, way=Way.OFF))
    session.commit()
    service.release(session, released.round, by=second)
    mails = sa.select(OutgoingMail).where(OutgoingMail.object_id == reserve.id).order_by(OutgoingMail.id.desc())
    last = session.scalars(mails).first()
    assert last is not None
    assert last.state == MailState.QUEUED
    bounces.suppress(session, released.maker.email, "550 unknown", by=SYSTEM)
    assert {one.mail_state for one in listing.untold(session, released.round.id)} == {MailState.FAILED}


def test_only_the_mails_of_what_is_announced_leave(judged: Jury, session: Session) -> None:
    """A colleague decides while another releases: that decision's mail waits for its own release."""
    chair = judged.actor(judged.chair)
    first, other = (
        service.decide(session, judged.round, film, Outcome.SELECTED, by=chair) for film in judged.films[:2]
    )
    mails.let_go(session, judged.round, [first], judged.actor(judged.organizer))
    states = {mail.object_id: mail.state for mail in session.scalars(sa.select(OutgoingMail))}
    assert states == {first.id: MailState.QUEUED, other.id: MailState.DRAFT}


def test_a_list_shown_while_others_are_announced_is_told_so(
    released: Jury, session: Session, sessions: sessionmaker[Session]
) -> None:
    """Both write the round: whoever has read it before the other's commit is stale, and nothing untold is listed."""
    second, chair = released.actor(released.organizer), released.actor(released.chair)
    _mails(session, MailState.SENT)
    films = sa.update(Entry).where(Entry.id == released.films[0].id)
    session.execute(films.values(state=EntryState.WITHDRAWN))
    reserve = reading.decision_on(session, released.round, released.films[1].number)
    assert reserve is not None
    reserves.promote(session, released.round, reserve, by=chair)
    session.commit()
    round_id, together = released.round.id, Barrier(2)

    def at_once(command: Callable[..., int]) -> bool:
        try:
            with unit_of_work(sessions) as own:
                round_ = own.get_one(Round, round_id)
                if own.get_bind().dialect.name == "postgresql":
                    together.wait(10)
                command(own, round_, by=second)
        except (StaleDataError, Invalid):
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(at_once, (listing.show, service.release)))
    session.expire_all()
    assert not listing.is_listed(session, released.films[1].id)
