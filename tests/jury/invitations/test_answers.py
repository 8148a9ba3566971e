"""A selected film's own answer: confirmed or declined by its makers, late, by telephone, twice, at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, joinedload, sessionmaker
from sqlalchemy.orm.exc import StaleDataError

from portal import clock, i18n
from portal.audit import AuditRecord
from portal.errors import Invalid, Stale
from portal.jury.decisions import service as deciding
from portal.jury.decisions.models import Decision
from portal.jury.invitations import service
from portal.jury.invitations.models import FilmInvitation
from portal.lifecycles import InvitationState
from portal.mail.models import OutgoingMail
from tests import builders
from tests.jury.invitations.conftest import Selection

SignIn = Callable[..., FlaskClient]


def _invitation(session: Session, which: int) -> FilmInvitation:
    return session.get_one(FilmInvitation, which, options=[joinedload(FilmInvitation.entry)])


def test_a_release_invites_the_selected_by_the_day_their_mail_tells(released: Selection, session: Session) -> None:
    found = session.scalars(sa.select(FilmInvitation).order_by(FilmInvitation.id)).all()
    assert [one.entry_id for one in found] == [film.id for film in released.jury.films[:2]]
    days = (i18n.korean_day(found[0].answer_by) - i18n.korean_day(found[0].invited_at)).days
    assert days == 10
    mail = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "decision_selected")).first()
    assert mail is not None
    with i18n.using(mail.language):
        assert f"{i18n.moment(found[0].answer_by, year=True)} KST" in " ".join(mail.text.split())
    assert mail.path.endswith(f"/entries/{released.jury.films[0].number}/invitation")


def test_makers_confirm_and_may_decline_later(released: Selection, session: Session, sign_in: SignIn) -> None:
    maker, number = sign_in(released.jury.maker.id), released.jury.films[0].number
    address = f"/en/entries/{number}/invitation"
    assert "Yes, show our film" in maker.get(address).text
    assert "/invitation" in maker.get("/en/entries").text
    for _ in range(2):
        assert maker.post(address, data={"answer": "confirm"}).status_code == 303
    said = sa.select(sa.func.count()).where(AuditRecord.verb == "film_invitation.confirmed")
    assert session.scalar(said) == 1, "said twice is said once"
    session.commit()
    long = "Another premiere. " * 30
    refused = maker.post(address, data={"answer": "decline", "reason": long})
    assert (refused.status_code, long.strip() in refused.text) == (422, True), "nothing of it is cut off"
    assert maker.post(address, data={"answer": "decline", "reason": "Another premiere"}).status_code == 303
    found = released.invitation(0)
    assert (found.state, found.reason) == (InvitationState.DECLINED, "Another premiere")
    session.commit()
    refused = maker.post(address, data={"answer": "confirm"})
    assert refused.status_code == 422
    assert "its place is free" in refused.text


def test_nobody_else_answers(released: Selection, session: Session, sign_in: SignIn) -> None:
    stranger = builders.person(session)
    session.commit()
    taken, not_invited = (f"/en/entries/{released.jury.films[n].number}/invitation" for n in (0, 3))
    for client, address in ((sign_in(stranger.id), taken), (sign_in(released.jury.maker.id), not_invited)):
        assert client.get(address).status_code == 404
        assert client.post(address, data={"answer": "confirm"}).status_code == 404
    assert released.invitation(0).state == InvitationState.INVITED


def test_two_of_a_team_answer_at_once(released: Selection, session: Session, sessions: sessionmaker[Session]) -> None:
    together, which = Barrier(2), released.invitation(0).id
    session.commit()

    def answer(say: Callable[..., object]) -> str:
        with sessions() as own:
            together.wait(10)
            try:
                say(own, _invitation(own, which), by=released.maker)
                own.commit()
            except (Invalid, Stale):
                return "refused"
            return "answered"

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(answer, (service.confirm, service.decline)))
    found = released.invitation(0)
    assert found.state == InvitationState.DECLINED, "a no always counts: before a yes or after it"
    verbs = session.scalars(sa.select(AuditRecord.verb).where(AuditRecord.verb.like("film_invitation.%ed")))
    said = [verb for verb in verbs if not verb.endswith("invited")]
    assert len(said) == answers.count("answered")


def test_a_late_answer_counts_until_another_maker_was_told(
    released: Selection, session: Session, later: datetime
) -> None:
    assert service.waiting(session) == [released.round.id]
    assert service.fill_places(session, released.round.id) == 2
    session.commit()
    assert service.waiting(session) == []
    assert released.invitation(0).state == InvitationState.LAPSED
    service.confirm(session, released.invitation(0), by=released.maker)
    session.commit()
    assert released.decision(2).replaces_id is None, "the reserve that was made ready stays one"
    assert deciding.release(session, released.round, by=released.second) == 1
    session.commit()
    with pytest.raises(Invalid, match="gone to another film"):
        service.confirm(session, released.invitation(1), by=released.maker)


def test_a_late_answer_and_a_reserve_never_both_have_the_place(
    released: Selection, session: Session, sessions: sessionmaker[Session], later: datetime
) -> None:
    together, which, round_id = Barrier(2), released.invitation(0).id, released.round.id
    session.commit()

    def clock_strikes() -> None:
        with sessions() as own:
            together.wait(10)
            service.fill_places(own, round_id)
            own.commit()

    def maker_answers() -> None:
        with sessions() as own:
            together.wait(10)
            service.confirm(own, _invitation(own, which), by=released.maker)
            own.commit()

    def kept(move: Callable[[], None]) -> None:
        try:
            move()
        except (StaleDataError, Stale, OperationalError):
            return

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(kept, (clock_strikes, maker_answers)))
    found = released.invitation(0)
    taker = session.scalar(sa.select(Decision.id).where(Decision.replaces_id == found.decision_id))
    assert (found.state == InvitationState.CONFIRMED) == (taker is None)


def test_the_office_gives_time_and_notes_what_it_is_told(
    released: Selection, session: Session, sign_in: SignIn, later: datetime
) -> None:
    service.fill_places(session, released.round.id)
    session.commit()
    office, address = sign_in(released.jury.organizer.id), f"/en/ops/rounds/{released.jury.round.code}/invitations"
    first, second = released.invitation(0), released.invitation(1)
    day = (later + timedelta(days=5)).date().isoformat()
    asked = {"invitation": first.code, "rev": first.rev, "answer_by": day}
    session.commit()
    assert office.post(f"{address}/more-time", data={**asked, "answer_by": "2020-01-01"}).status_code == 422
    assert office.post(f"{address}/more-time", data=asked).status_code == 303
    assert office.post(f"{address}/more-time", data=asked).status_code == 303, "the same form again"
    assert office.post(f"{address}/more-time", data={**asked, "answer_by": "2020-01-02"}).status_code == 422
    first = released.invitation(0)
    assert (first.state, i18n.korean_day(first.answer_by).isoformat()) == (InvitationState.INVITED, day)
    assert released.decision(2).replaces_id is None
    session.commit()
    old = {**asked, "answer_by": (later + timedelta(days=9)).date().isoformat()}
    assert office.post(f"{address}/more-time", data=old).status_code == 409
    bare = {"invitation": second.code}
    assert office.post(f"{address}/confirmed", data=bare).status_code == 422
    assert office.post(f"{address}/confirmed", data={**bare, "said_by": "HAN, by telephone"}).status_code == 303
    assert released.invitation(1).state == InvitationState.CONFIRMED
    session.commit()
    page = office.get(address).text
    assert "HAN, by telephone" in page
    assert clock.now() == later
