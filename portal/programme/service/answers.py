"""A guest's own answer to an invitation."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import clock
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import GuestState, advance
from portal.mail import outbox
from portal.policies import Actor
from portal.programme.models import Guest
from portal.programme.service.letters import conversation_letter

ANSWERS = (GuestState.ACCEPTED, GuestState.REMOTE, GuestState.DECLINED)


def answer(session: Session, guest: Guest, choice: GuestState, *, by: Actor) -> None:
    """Take a guest's answer and confirm it by mail; the same answer again changes nothing.

    It may be changed until the screening starts; raises Invalid after that.
    """
    if choice not in ANSWERS:
        raise Invalid("answer", N_("Choose one of the answers."))
    if guest.state == choice:
        return
    if guest.qa_session.screening.starts_at <= clock.now():
        raise Invalid("answer", N_("The screening has begun, so the answer can no longer be changed."))
    advance(session, guest, choice, by=by, guest=guest.code)
    guest.answered_at = clock.now()
    session.flush()
    letter = conversation_letter(session, guest, guest.qa_session)
    outbox.queue(
        session,
        "qa_answered",
        to=outbox.Recipient(guest.email, guest.language, guest.name, person_id=guest.person_id),
        about=guest,
        transition=f"{choice}:{guest.rev}",
        edition_id=guest.qa_session.screening.edition_id,
        attachments=[] if choice == GuestState.DECLINED else [letter.calendar],
        **letter.context,
    )
