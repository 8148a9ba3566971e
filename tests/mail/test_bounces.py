"""Mails that come back: read from what mail servers return, matched by our own number, suppressed when it lasts."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.cli import main
from portal.lifecycles import MailState, advance
from portal.links import Links
from portal.mail import bounces, outbox, queries
from portal.mail.models import OutgoingMail
from portal.policies import SYSTEM
from portal.settings import Settings
from tests import builders
from tests.mail.test_outbox import SignIn, desk, queue

GONE = "550 5.1.1 <seoyun@letters.example>: Recipient address rejected: User unknown"


def returned(message_id: str, *, status: str = "5.1.1", action: str = "failed", headers_only: bool = False) -> bytes:
    """What a mail server sends back (RFC 3464); the original whole, or its headers alone."""
    told = f"Final-Recipient: rfc822; somebody@else.example\r\nAction: {action}\r\nStatus: {status}\r\n"
    original = f"From: no-reply@pan.example\r\nMessage-ID: {message_id}\r\nSubject: x\r\n\r\n"
    parts = {
        "text/plain": "Your mail could not be delivered.\r\n",
        "message/delivery-status": f"Reporting-MTA: dns; mx.example\r\n\r\n{told}Diagnostic-Code: smtp; {GONE}\r\n",
        "text/rfc822-headers" if headers_only else "message/rfc822": original,
    }
    body = "".join(f"--=_returned\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts.items())
    head = (
        "From: MAILER-DAEMON@mx.example\r\nTo: no-reply@pan.example\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="=_returned"\r\n\r\n'
    )
    return f"{head}{body}--=_returned--\r\n".encode()


def sent(session: Session, **values: object) -> OutgoingMail:
    """A mail that left, with its number; committed."""
    mail = queue(session, builders.person(session), **values)
    mail.message_id = f"<{mail.id}@pan.example>"
    for state in (MailState.SENDING, MailState.SENT):
        advance(session, mail, state, by=SYSTEM)
    session.commit()
    return mail


@pytest.mark.parametrize("headers_only", [False, True])
def test_a_report_is_read(headers_only: bool) -> None:
    (report,) = bounces.read(returned("<1@pan.example>", headers_only=headers_only))
    assert (report.message_id, report.status, report.lasting) == ("<1@pan.example>", "5.1.1", True)
    assert "User unknown" in report.words


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: hello\r\n\r\nno report",
        returned("", status="5.1.1"),
        returned("<1@pan.example>", action="delayed"),
        returned("<1@pan.example>", status=""),
    ],
    ids=["empty", "noise", "a letter", "no number", "only delayed", "no status"],
)
def test_what_is_no_report_says_nothing(content: bytes) -> None:
    assert bounces.read(content) == []


def test_a_mail_that_came_back_suppresses_its_address(session: Session) -> None:
    mail = sent(session)
    waiting = queue(session, session.merge(builders.person(session)))
    (report,) = bounces.read(returned(str(mail.message_id)))
    assert bounces.note(session, report) is not None
    assert bounces.note(session, report) is None
    session.expire_all()
    assert mail.state is MailState.BOUNCED
    assert "User unknown" in str(mail.last_error)
    assert list(queries.suppressed(session, [mail.recipient, waiting.recipient])) == [mail.recipient]


def test_nothing_is_sent_there_but_what_was_asked_for(session: Session) -> None:
    person = builders.person(session)
    bounces.suppress(session, person.email, GONE, by=SYSTEM)
    to = outbox.Recipient(person.email, "ko", person.native_name, person.id)
    welcome = {"name_ko": "가", "name_en": "A"}
    refused = outbox.queue(session, "enrolled", to=to, about=person, transition="enrolled", **welcome)
    asked = queue(session, person)
    assert (refused.state, refused.last_error, asked.state) == (MailState.FAILED, GONE, MailState.QUEUED)


def test_what_waits_for_the_address_fails_visibly(session: Session) -> None:
    person = builders.person(session)
    to = outbox.Recipient(person.email, "ko", person.native_name, person.id)
    welcome = {"name_ko": "가", "name_en": "A"}
    waiting = outbox.queue(session, "enrolled", to=to, about=person, transition="enrolled", **welcome)
    link = queue(session, person)
    bounces.suppress(session, person.email, GONE, by=SYSTEM)
    assert (waiting.state, link.state) == (MailState.FAILED, MailState.QUEUED)


def test_a_delay_suppresses_nothing(session: Session) -> None:
    mail = sent(session)
    (report,) = bounces.read(returned(str(mail.message_id), status="4.2.2"))
    bounces.note(session, report)
    assert queries.suppressed(session, [mail.recipient]) == {}


def test_the_mail_server_reports_by_its_secret_address(
    client: FlaskClient, session: Session, settings: Settings
) -> None:
    mail = sent(session)
    here = Links(settings.base_url, settings.secret_key)
    address = here.bounces().removeprefix(here.base_url)
    assert client.post(f"{address}x", data=returned(str(mail.message_id))).status_code == 401
    assert client.post(address, data=returned(str(mail.message_id))).status_code == 204
    assert client.post(address, data=b"nonsense").status_code == 204
    assert session.get_one(OutgoingMail, mail.id, populate_existing=True).state is MailState.BOUNCED


def test_the_pipe_of_a_mail_server_is_read(session: Session, environment: Settings) -> None:
    mail = sent(session)
    said = CliRunner().invoke(main, ["mail", "bounced"], input=returned(str(mail.message_id)))
    assert said.output.startswith("1 of 1"), said.output
    assert session.get_one(OutgoingMail, mail.id, populate_existing=True).state is MailState.BOUNCED


def test_the_desk_lifts_what_its_own_readers_suffer(session: Session, sign_in: SignIn) -> None:
    edition_id, organizer = desk(session)
    _, stranger = desk(session)
    mail = sent(session, edition_id=edition_id)
    address, code = mail.recipient, bounces.suppress(session, mail.recipient, GONE, by=SYSTEM).code
    session.commit()
    mine, theirs = sign_in(organizer), sign_in(stranger)
    assert address in mine.get("/en/ops/mail/suppressed").text
    assert address not in theirs.get("/en/ops/mail/suppressed").text
    assert theirs.post(f"/en/ops/mail/suppressed/{code}/lift").status_code == 404
    assert mine.post(f"/en/ops/mail/suppressed/{code}/lift").status_code == 303
    assert queries.suppressed(session, [address]) == {}
