"""Work that always fails: it ends with a reason after three tries, and everything around it is done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from portal.audit import AuditRecord
from portal.claims import MAX_ATTEMPTS
from portal.entries.models import Entry
from portal.jury.assigning import service as assigning
from portal.jury.assigning.models import AssignmentRun
from portal.jury.models import Round
from portal.lifecycles import AssetState, MailState, RoundState, RunState
from portal.mail.models import OutgoingMail
from portal.media import service, tickets
from portal.media.models import Asset, Slot
from tests import builders
from tests.jury.conftest import Jury, build
from tests.mail.conftest import Postman
from tests.mail.test_delivery import queued
from tests.media.conftest import volume_of
from tests.resilience.crew import Crew

Count = Callable[..., int]


def poster(session: Session, folder: Path, entry: Entry) -> Asset:
    """A poster as a form would send it."""
    person = builders.person(session)
    path = folder / "poster.jpg"
    Image.new("RGB", (1400, 2000), "coral").save(path)
    ticket = tickets.UploadTicket(person.id, entry.id, Slot.POSTER)
    with path.open("rb") as source:
        return service.receive(session, ticket, path.name, source, path.stat().st_size, by=builders.actor(person))


def asked(session: Session) -> tuple[Jury, AssignmentRun]:
    jury = build(session)
    return jury, assigning.request_assignment(session, jury.round, by=jury.actor(jury.chair))


def test_it_ends_and_the_rest_is_done(
    session: Session, tmp_path: Path, hands: Crew, postman: Postman, count: Count
) -> None:
    (spoilt, given_up), (sound, _run) = asked(session), asked(session)
    spoilt.jurors[0].genres = [["a list where a word belongs"]]  # type: ignore[list-item]
    vanished, there = (poster(session, tmp_path, film) for film in sound.films[:2])
    volume_of(session).path(vanished.storage_key or "").unlink()
    refused, fine = queued(session, 2)
    postman.answers[session.get_one(OutgoingMail, refused).recipient] = "550 no such user"
    session.commit()
    solved, shown = sound.round.id, there.id

    hands.start("worker")
    hands.until(
        lambda: (
            count(Round, Round.state == RoundState.SETUP)
            and count(Asset, Asset.state == AssetState.REFUSED)
            and count(OutgoingMail, OutgoingMail.state == MailState.FAILED)
        ),
        sweeping=True,
    )
    session.expire_all()
    round_ = session.get_one(Round, spoilt.round.id)
    assert "TypeError" in (given_up.last_error or "")
    assert given_up.state == RunState.FAILED
    assert tries_of(session, "round.setup", round_.id) == 1
    assert "FileNotFoundError" in (vanished.last_error or "")
    assert vanished.findings == [{"code": "gave_up"}]
    assert (given_up.attempts, vanished.attempts) == (MAX_ATTEMPTS + 1, MAX_ATTEMPTS + 1)  # the last only gives up
    assert session.get_one(OutgoingMail, refused).last_error == "550 no such user"
    session.rollback()
    hands.until(
        lambda: (
            count(Round, Round.id == solved, Round.state == RoundState.PROPOSED)
            and count(Asset, Asset.id == shown, Asset.state == AssetState.PLAYABLE)
            and count(OutgoingMail, OutgoingMail.id == fine, OutgoingMail.state == MailState.SENT)
        )
    )


def tries_of(session: Session, verb: str, subject_id: int) -> int:
    """How often the audit trail has this."""
    wanted = (AuditRecord.verb == verb, AuditRecord.subject_id == subject_id)
    return session.scalar(sa.select(sa.func.count()).select_from(AuditRecord).where(*wanted)) or 0
