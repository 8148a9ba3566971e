"""Lets held batches go: a person's word for exactly the recipients shown, a second person's for a large batch, now or
at an hour.

Whoever changes a batch locks its drafts first, in the order of their ids, and then the word that stands on it: two
words, a word and a cancellation, or a word and the clock come one after the other, and the second finds what the first
left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, doorbell, lifecycles
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.lifecycles import MailState
from portal.mail import batches, queries
from portal.mail.batches import HeldBatch, drafts, failures, takes_no_mail, wants_no_mail
from portal.mail.models import BatchRelease, OutgoingMail, Suppression
from portal.policies import SYSTEM, Actor

CHANGED = N_("The recipients had changed when the hour came, so nothing was sent. Look at them again.")


@dataclass(frozen=True, slots=True)
class _Held:
    """A batch that nobody else changes until the transaction ends."""

    count: int
    recipients: str
    word: BatchRelease | None


def _hold(session: Session, of: HeldBatch | BatchRelease) -> _Held:
    session.flush()
    rows = session.execute(batches.waiting(of).with_for_update()).all()
    standing = sa.select(BatchRelease).where(*_on(of), BatchRelease.ended_at.is_(None)).with_for_update()
    word = session.scalar(standing.execution_options(populate_existing=True))
    return _Held(len(rows), batches.fingerprint(rows), word)


def _on(of: HeldBatch | BatchRelease) -> tuple[sa.ColumnElement[bool], ...]:
    return BatchRelease.batch == of.batch, BatchRelease.edition_id == of.edition_id


def _last(session: Session, of: HeldBatch | BatchRelease) -> BatchRelease | None:
    return session.scalar(sa.select(BatchRelease).where(*_on(of)).order_by(BatchRelease.id.desc()).limit(1))


def require_free(held: HeldBatch | OutgoingMail) -> None:
    """Refuse what leaves with its announcement."""
    if held.tied:
        raise Invalid("main", N_("These mails leave with the announcement they tell of. Release it there."))


# ── a person's word ────────────────────────────────────────────────────


def propose(
    session: Session, held: HeldBatch, *, recipients: str, send_at: datetime | None = None, by: Actor
) -> BatchRelease:
    """Give one's word that the batch leaves, now or at `send_at`; a small one then does, a large one waits for another.

    `recipients` is the fingerprint that the page showed: raises Stale when the drafts are others now, or when a word
    stands on them already. Given twice, the first word is returned.
    """
    require_free(held)
    now = _hold(session, held)
    given = now.word or _last(session, held)
    if given is not None and _same(given, recipients, send_at, by) and (now.word or given.left_at):
        return given
    if now.word is not None or now.count == 0 or now.recipients != recipients:
        raise Stale(theirs={"count": now.count})
    if send_at is not None and send_at <= clock.now():
        raise Invalid("send_on", N_("Choose a moment that is still to come."))
    word = _written(session, held, now, send_at, by)
    if send_at is None and not word.unconfirmed:
        _leave(session, word, by)
    return word


def _same(word: BatchRelease, recipients: str, send_at: datetime | None, by: Actor) -> bool:
    return (word.recipients, word.send_at, word.proposed_by_id) == (recipients, send_at, by.person_id)


def _written(session: Session, held: HeldBatch, now: _Held, send_at: datetime | None, by: Actor) -> BatchRelease:
    word = BatchRelease(
        edition_id=held.edition_id,
        batch=held.batch,
        expected=now.count,
        recipients=now.recipients,
        send_at=send_at,
        proposed_by_id=by.person_id,
    )
    session.add(word)
    session.flush()
    audit.record(session, by, "batch.proposed", word, batch=held.batch, mails=now.count, send_at=send_at)
    return word


def confirm(session: Session, held: HeldBatch, *, rev: int, by: Actor) -> BatchRelease:
    """Give the second person's word; the batch leaves, or waits for its hour. Confirmed twice, it is confirmed once.

    Raises Invalid for whoever proposed it, Stale when word or drafts have changed since they were shown.
    """
    now = _hold(session, held)
    word = now.word
    if word is None or word.confirmed_at is not None:
        return _confirmed_before(word or _last(session, held), by)
    if word.proposed_by_id == by.person_id:
        raise Invalid("main", N_("Somebody else must confirm this: you proposed it yourself."))
    if word.rev != rev or word.recipients != now.recipients:
        raise Stale(theirs={"count": now.count})
    word.confirmed_by_id, word.confirmed_at = by.person_id, clock.now()
    audit.record(session, by, "batch.confirmed", word, batch=word.batch, mails=word.expected)
    if word.send_at is None or word.send_at <= clock.now():
        _leave(session, word, by)
    session.flush()
    return word


def _confirmed_before(word: BatchRelease | None, by: Actor) -> BatchRelease:
    if word is None or word.confirmed_by_id != by.person_id or (word.ended_at and not word.left_at):
        raise Stale
    return word


def take_back(session: Session, held: HeldBatch, *, rev: int, by: Actor) -> None:
    """Take a word back, one's own or a colleague's; nothing leaves. Raises Stale once the batch has left."""
    word = _hold(session, held).word
    if word is None:
        last = _last(session, held)
        if last is None or last.left_at is not None:
            raise Stale
        return
    if word.rev != rev:
        raise Stale
    _end(session, word, by)


def cancel(session: Session, held: HeldBatch, *, by: Actor) -> int:
    """Cancel every draft of a batch and end the word on it; returns how many."""
    require_free(held)
    _end_standing(session, held, by)
    return lifecycles.advance_all(session, OutgoingMail, MailState.CANCELLED, *drafts(held), by=by, batch=held.batch)


def supersede(session: Session, held: HeldBatch, *, by: Actor) -> int:
    """Take every draft of a batch out, because another version follows, and end the word on it; returns how many.

    What has failed goes with them: trying it again would send the old version.
    """
    _end_standing(session, held, by)
    to = MailState.SUPERSEDED
    lifecycles.advance_all(session, OutgoingMail, to, *failures(held), by=by, batch=held.batch)
    return lifecycles.advance_all(session, OutgoingMail, to, *drafts(held), by=by, batch=held.batch)


def _end_standing(session: Session, held: HeldBatch, by: Actor) -> None:
    word = _hold(session, held).word
    if word is not None:
        _end(session, word, by)


def _end(session: Session, word: BatchRelease, by: Actor) -> None:
    word.ended_at = clock.now()
    audit.record(session, by, "batch.taken_back", word, batch=word.batch)
    session.flush()


# ── leaving ────────────────────────────────────────────────────────────


def release_due(session: Session, word_id: int) -> bool:
    """Let a batch go whose hour has come, or note that its recipients have changed; whether it left."""
    word = session.get(BatchRelease, word_id)
    if word is None:
        return False
    now = _hold(session, word)
    if now.word is None or word_id not in batches.due_releases(session):
        return False
    if now.recipients != now.word.recipients:
        now.word.ended_at, now.word.last_error = clock.now(), CHANGED
        audit.record(session, SYSTEM, "batch.changed", now.word, batch=word.batch)
        return False
    _leave(session, now.word, SYSTEM)
    return True


def _leave(session: Session, word: BatchRelease, by: Actor) -> None:
    """Queue every draft; what its reader does not want as a mail is a notice alone, what takes no mail has failed."""
    word.left_at = word.ended_at = clock.now()
    session.flush()
    reason = sa.select(Suppression.reason).where(Suppression.address == OutgoingMail.recipient).scalar_subquery()
    unreachable = (*drafts(word), takes_no_mail())
    session.execute(
        sa.update(OutgoingMail)
        .where(*unreachable)
        .values(last_error=reason)
        .execution_options(synchronize_session=False)
    )
    for state, conditions in (
        (MailState.FAILED, unreachable),
        (MailState.KEPT, (*drafts(word), wants_no_mail())),
        (MailState.QUEUED, drafts(word)),
    ):
        lifecycles.advance_all(session, OutgoingMail, state, *conditions, by=by, batch=word.batch)
    for mail_id in queries.first_waiting(session):
        doorbell.after_commit(session, "mail.deliver", mail_id)
