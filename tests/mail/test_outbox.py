"""The outbox: one row for each transition, seen by the edition's organizers alone, sent one by one, tested."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.db import unit_of_work
from portal.lifecycles import MailState
from portal.mail import outbox, queries
from portal.mail.models import OutgoingMail
from portal.policies import Grant, Role, Scope
from tests import builders

SignIn = Callable[[int], FlaskClient]


def queue(session: Session, person: Person, **values: object) -> OutgoingMail:
    """A mail to a person about themselves."""
    to = outbox.Recipient(person.email, "ko", person.native_name, person.id)
    return outbox.queue(
        session, "sign_in", to=to, about=person, transition="asked", token="t", until=clock.now(), **values
    )


def desk(session: Session, role: Role = Role.ORGANIZER) -> tuple[int, int]:
    """An edition and somebody who works on its desk; ids, committed."""
    edition, person = builders.edition(session), builders.person(session)
    builders.grant(session, person, role, Scope.EDITION, edition.id)
    session.commit()
    return edition.id, person.id


def hold(session: Session, edition_id: int, count: int) -> None:
    """So many drafts of one batch, committed."""
    for _ in range(count):
        queue(session, builders.person(session), hold=True, batch="results", edition_id=edition_id)
    session.commit()


def states(session: Session) -> list[MailState]:
    """The states of all mails."""
    session.rollback()
    found = list(session.scalars(sa.select(OutgoingMail.state).order_by(OutgoingMail.id)))
    session.rollback()
    return found


def test_the_same_transition_is_one_mail(session: Session) -> None:
    person = builders.person(session)
    assert queue(session, person) is queue(session, person)
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 1


def test_a_mail_to_several_people_is_one_statement_and_comes_once_to_each(
    session: Session, count_queries: Callable[[], int]
) -> None:
    people = [builders.person(session, language=language) for language in ("ko", "en", "ko")]
    told = [outbox.Letter(outbox.Recipient(one.email, one.language, one.native_name)) for one in people]
    letter = {"about": people[0], "transition": "asked", "token": "t", "until": clock.now()}
    first = outbox.queue_all(session, "sign_in", told[:2], **letter)
    count_queries()
    later = outbox.queue_all(session, "sign_in", told, **letter)
    assert count_queries() == 1
    assert [mail.recipient for mail in (*first, *later)] == [person.email for person in people]
    assert [mail.language for mail in (*first, *later)] == ["ko", "en", "ko"]
    assert len(set(session.info["doorbell.pending"])) == 3


def test_queueing_twice_at_once_is_one_mail(session: Session, sessions: sessionmaker[Session]) -> None:
    person_id = builders.person(session).id
    session.commit()
    gate = Barrier(4)

    def one(_: int) -> int:
        gate.wait()
        with unit_of_work(sessions) as other:
            return queue(other, other.get_one(Person, person_id)).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(one, range(4)))) == 1
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 1


def test_a_rolled_back_change_sends_nothing(session: Session) -> None:
    queue(session, builders.person(session))
    session.rollback()
    assert session.scalar(sa.select(sa.func.count(OutgoingMail.id))) == 0


@pytest.mark.parametrize("role", [Role.CHAIR, Role.PROGRAMMER, Role.MODERATOR])
def test_only_organizers_of_the_edition_see_its_mails(session: Session, sign_in: SignIn, role: Role) -> None:
    edition_id, _ = desk(session)
    elsewhere, stranger = desk(session)
    _, colleague = desk(session, role)
    hold(session, edition_id, 1)
    mail = session.scalars(sa.select(OutgoingMail)).one()
    subject, mail_id = mail.subject, mail.id
    session.rollback()
    for person in (stranger, colleague):
        browser = sign_in(person)
        assert subject not in browser.get("/ko/ops/mail").text
        for path in ("batches/results", f"{mail_id}", f"{mail_id}/html"):
            assert browser.get(f"/ko/ops/mail/{path}").status_code == 404
        assert browser.post(f"/ko/ops/mail/{mail_id}/release").status_code == 404
        assert browser.post("/ko/ops/mail/batches/results/release", data={"recipients": "x"}).status_code == 404
    assert states(session) == [MailState.DRAFT]
    assert elsewhere != edition_id


def test_personal_mails_are_nobodys_business(session: Session, sign_in: SignIn) -> None:
    _, organizer = desk(session)
    mail_id = queue(session, builders.person(session)).id
    session.commit()
    browser = sign_in(organizer)
    assert browser.get(f"/ko/ops/mail/{mail_id}").status_code == 404
    assert "[P.A.N]" not in browser.get("/ko/ops/mail").text


def test_the_preview_runs_nothing(session: Session, sign_in: SignIn) -> None:
    edition_id, organizer = desk(session)
    hold(session, edition_id, 1)
    mail_id = session.scalar(sa.select(OutgoingMail.id))
    session.rollback()
    answer = sign_in(organizer).get(f"/ko/ops/mail/{mail_id}/html")
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.text


def test_the_list_filters_and_stays_within_its_queries(
    session: Session, sign_in: SignIn, count_queries: Callable[[], int]
) -> None:
    edition_id, organizer = desk(session)
    hold(session, edition_id, 3)
    browser = sign_in(organizer)
    browser.get("/ko/ops/mail")
    count_queries()
    few = browser.get("/ko/ops/mail?state=draft&kind=sign_in&search=person")
    spent = count_queries()
    assert few.text.count("<tr>") == 4
    hold(session, edition_id, 20)
    count_queries()
    browser.get("/ko/ops/mail?state=draft")
    assert count_queries() == spent <= 12
    assert "조건에 맞는 메일이 없어요" in browser.get("/ko/ops/mail?search=%25").text
    assert browser.get("/ko/ops/mail?state=nonsense&page=x").status_code == 200


def test_a_failed_mail_is_tried_again(session: Session, sign_in: SignIn) -> None:
    edition_id, organizer = desk(session)
    mail = queue(session, builders.person(session), edition_id=edition_id)
    mail.state, mail.attempts = MailState.FAILED, 5
    mail_id = mail.id
    session.commit()
    browser = sign_in(organizer)
    assert f"/ko/ops/mail/{mail_id}/release" in browser.get(f"/ko/ops/mail/{mail_id}").text
    session.commit()
    for _again in range(2):
        assert browser.post(f"/ko/ops/mail/{mail_id}/release").status_code == 303
    session.refresh(mail)
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
    session.commit()
    for _again in range(2):
        assert browser.post(f"/ko/ops/mail/{mail_id}/cancel").status_code == 303
    session.commit()
    assert browser.post(f"/ko/ops/mail/{mail_id}/release").status_code == 409, "what was cancelled stays cancelled"


def test_sent_mails_cannot_be_cancelled(session: Session, sign_in: SignIn) -> None:
    edition_id, organizer = desk(session)
    mail = queue(session, builders.person(session), edition_id=edition_id)
    mail.state = MailState.SENT
    session.commit()
    assert sign_in(organizer).post(f"/ko/ops/mail/{mail.id}/cancel").status_code == 409
    assert states(session) == [MailState.SENT]


def test_a_test_goes_to_the_organizer_alone_and_counts_for_nobody(session: Session, sign_in: SignIn) -> None:
    edition_id, organizer = desk(session)
    hold(session, edition_id, 1)
    held_id = session.scalar(sa.select(OutgoingMail.id))
    session.rollback()
    browser = sign_in(organizer)
    for _ in range(2):
        assert browser.post(f"/ko/ops/mail/{held_id}/test").status_code == 303
    held = session.get_one(OutgoingMail, held_id)
    sent = session.scalars(sa.select(OutgoingMail).where(OutgoingMail.kind == "test")).one()
    assert (sent.recipient, sent.person_id) == (session.get_one(Person, organizer).email, None)
    assert sent.subject == f"[테스트] {held.subject}"
    assert (sent.text, sent.html, sent.state) == (held.text, held.html, MailState.QUEUED)
    assert held.state == MailState.DRAFT


def test_visible_to_agrees_with_the_policy(session: Session) -> None:
    from portal.policies import release_mail

    edition_id, _ = desk(session)
    hold(session, edition_id, 1)
    queue(session, builders.person(session))
    mails = session.scalars(sa.select(OutgoingMail)).all()
    person = builders.person(session)
    for role in Role:
        actor = builders.actor(person, Grant(role, Scope.EDITION, edition_id))
        seen = set(session.scalars(sa.select(OutgoingMail.id).where(queries.visible_to(actor))))
        assert seen == {mail.id for mail in mails if release_mail(actor, mail)}
