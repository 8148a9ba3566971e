"""Delivers what waits in the outbox, each mail once.

A mail is marked SENDING in a committed transaction before the server hears of it. A worker that dies after that leaves
a row whose lease runs out; nobody can know whether it left, so it is sent again under the same Message-ID and flagged.
That may happen to as many mails as lines are open: each line has one mail at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from queue import SimpleQueue

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portal import audit, claims, clock, lifecycles
from portal.db import UtcDateTime
from portal.lifecycles import MailState
from portal.mail import message, queries
from portal.mail.models import OutgoingMail
from portal.mail.smtp import Answer, Fate, Line
from portal.policies import SYSTEM
from portal.settings import Settings

# As long as a server may take to answer all four commands; with the sweep still under three minutes.
LEASE = timedelta(seconds=150)
WAITS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=4))
# So few are listed at once that a sign-in link does not wait for a long list to end.
LISTED = 50
_TRIES = 3
Work = Callable[[], AbstractContextManager[Session]]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail on its way: what the server gets, and which try of which row it is."""

    mail_id: int
    attempt: int
    sender: str
    recipient: str
    content: bytes


Told = tuple[Letter, Answer]
"""A letter, and what the server said to it."""


@dataclass(frozen=True, slots=True)
class Errand:
    """What one line brings back, if it had a letter with it, and whether the server would take another."""

    line: Line
    told: Told | None
    ready: bool


def deliver(work: Work, lines: Sequence[Line], first: int) -> int:
    """Send the mail `first` and then every other that waits, over these lines; returns how many were handed over.

    `work` opens one unit of work. Each line has a thread of its own, which only speaks to the server. One transaction
    notes what became of the mails that all lines brought away meanwhile, and takes as many others: so a fast server
    does not wait for the database, and a slow one keeps nobody from the other lines.
    """
    with work() as session:
        recover(session)
        pile = Pile(session, first)
    used, handed_over, out = lines[: len(pile)], 0, 0
    back: SimpleQueue[Future[Errand]] = SimpleQueue()
    with ThreadPoolExecutor(len(used) or 1, thread_name_prefix="mail") as threads:
        for line in used:
            threads.submit(_run, line, None).add_done_callback(back.put)
            out += 1
        while out:
            errands = [future.result() for future in _those_back(back)]
            free = [errand.line for errand in errands if errand.ready]
            heard, letters = turn(work, pile, [errand.told for errand in errands if errand.told], len(free))
            handed_over += heard
            out += len(letters) - len(errands)
            for line, letter in zip(free, letters, strict=False):
                threads.submit(_run, line, letter).add_done_callback(back.put)
    if handed_over:
        with work() as session:
            audit.record(session, SYSTEM, "mail.handed_over", OutgoingMail.__tablename__, mails=handed_over)
    return handed_over


def turn(work: Work, pile: Pile, told: Sequence[Told], wanted: int) -> tuple[int, list[Letter]]:
    """How many of these letters the server heard of, noted; and at most so many others, taken.

    Where a transaction that changes many mails at once locks them in another order, PostgreSQL ends one of the two;
    what has left must be noted all the same.
    """
    tries = 0
    while True:
        try:
            with work() as session:
                return settle(session, told), list(islice(pile.letters(session), wanted))
        except OperationalError as error:
            tries += 1
            if tries == _TRIES:
                raise
            log.warning("mail.turn_again", error=str(error.orig))


def _run(line: Line, letter: Letter | None) -> Errand:
    if letter is None:
        return Errand(line, None, line.ready())
    answer = line.hand_over(letter.sender, letter.recipient, letter.content)
    return Errand(line, (letter, answer), answer.fate is not Fate.AWAY and line.ready())


def _those_back(back: SimpleQueue[Future[Errand]]) -> Iterator[Future[Errand]]:
    """At least one, and whichever came back as well."""
    yield back.get()
    while not back.empty():
        yield back.get()


class Pile:
    """What one delivery has before it: `first`, and every other mail that waits."""

    def __init__(self, session: Session, first: int) -> None:
        found = queries.waiting(session, LISTED)
        self._more = len(found) == LISTED
        self._mails = deque(sorted(found, key=lambda mail: mail.id != first))

    def __len__(self) -> int:
        return len(self._mails)

    def letters(self, session: Session) -> Iterator[Letter]:
        """Those that may leave at this moment, each marked as being sent when it is asked for."""
        while self._mails or self._found_more(session):
            mail = self._mails.popleft()
            letter = take(session, mail.id) if queries.may_leave(session, mail) else None
            if letter:
                yield letter

    def _found_more(self, session: Session) -> bool:
        if self._more:
            self._mails.extend(queries.waiting(session, LISTED))
            self._more = len(self._mails) == LISTED
        return bool(self._mails)


_mails = OutgoingMail.__table__.c
_NOW = sa.bindparam("now", type_=UtcDateTime())
# A step takes several mails, and each worker in an order of its own: who waited for a row could wait for a waiting one.
_FREE = sa.select(_mails.id).where(_mails.id == sa.bindparam("mail_id")).with_for_update(skip_locked=True)
_TAKE = lifecycles.moving(
    OutgoingMail,
    MailState.SENDING,
    _mails.id == _FREE.scalar_subquery(),
    sa.or_(_mails.send_after.is_(None), _mails.send_after <= _NOW),
    sa.or_(_mails.lease_until.is_(None), _mails.lease_until < _NOW),
    lease_until=sa.bindparam("until", type_=UtcDateTime()),
    attempts=_mails.attempts + 1,
    message_id=sa.func.coalesce(_mails.message_id, sa.bindparam("number")),
).returning(_mails.attempts, _mails.message_id, *(_mails[name] for name in message.PARTS))
_SENT = lifecycles.moving(
    OutgoingMail,
    MailState.SENT,
    _mails.id.in_(sa.bindparam("mail_ids", expanding=True)),
    sa.tuple_(_mails.id, _mails.attempts).in_(sa.bindparam("tries", expanding=True)),
    sent_at=_NOW,
    lease_until=None,
    last_error=None,
)


def take(session: Session, mail_id: int) -> Letter | None:
    """Mark the mail as being sent; None when somebody else has it, or it cannot be sent at all."""
    settings: Settings = session.info["settings"]
    now, number = clock.now(), message.message_id(settings, mail_id)
    given = {"mail_id": mail_id, "now": now, "until": now + LEASE, "number": number}
    mail = session.connection().execute(_TAKE, given).mappings().first()
    if mail is None:
        return None
    try:
        whole = message.as_bytes(settings, dict(mail))
    except ValueError as error:
        _give_back(session, session.get_one(OutgoingMail, mail_id), Answer(Fate.REFUSED, str(error)))
        return None
    return Letter(mail_id, mail["attempts"], message.sender_address(settings), mail["recipient"], whole)


def settle(session: Session, told: Sequence[Told]) -> int:
    """Note what became of letters; returns how many the server heard of.

    One that took longer than its lease is no longer ours to note.
    """
    _note_sent(session, [letter for letter, answer in told if answer.fate is Fate.SENT])
    for letter, answer in told:
        if answer.fate is not Fate.SENT:
            _note_unsent(session, letter, answer)
    return sum(answer.fate is not Fate.AWAY for _, answer in told)


def _note_sent(session: Session, letters: Sequence[Letter]) -> None:
    if letters:
        mail_ids, tries = [one.mail_id for one in letters], [(one.mail_id, one.attempt) for one in letters]
        given = {"mail_ids": mail_ids, "tries": tries, "now": clock.now()}
        if session.connection().execute(_SENT, given).rowcount != len(letters):
            log.warning("mail.overtaken", mail_ids=mail_ids)


def _note_unsent(session: Session, letter: Letter, answer: Answer) -> None:
    ours = (OutgoingMail.state == MailState.SENDING, OutgoingMail.attempts == letter.attempt)
    found = sa.select(OutgoingMail).where(OutgoingMail.id == letter.mail_id, *ours).with_for_update()
    mail = session.scalars(found).first()
    if mail is None:
        log.warning("mail.overtaken", mail_ids=[letter.mail_id])
    else:
        _give_back(session, mail, answer)


def recover(session: Session) -> None:
    """Queue again what somebody was sending who has not come back, flagged as perhaps delivered."""
    for mail_id in queries.left_behind_ids(session):
        mail = claims.claim(session, OutgoingMail, mail_id, queries.left_behind(), lease=LEASE)
        if mail is not None:
            mail.attempts -= 1  # this claim only takes stock; the try it counts follows
            _give_back(session, mail, Answer(Fate.UNKNOWN, "the worker ended while sending"), at_once=True)
    session.flush()


def _give_back(session: Session, mail: OutgoingMail, answer: Answer, *, at_once: bool = False) -> None:
    mail.uncertain = mail.uncertain or answer.fate is Fate.UNKNOWN
    claims.settle(mail, error=answer.words)
    tried_enough = answer.fate is not Fate.AWAY and mail.attempts > len(WAITS)
    if answer.fate is Fate.REFUSED or tried_enough:
        lifecycles.advance(session, mail, MailState.FAILED, by=SYSTEM, reason=answer.words)
        return
    lifecycles.advance(session, mail, MailState.QUEUED, by=SYSTEM, reason=answer.words)
    if answer.fate is Fate.AWAY:
        mail.attempts -= 1  # the server heard nothing of this mail
    elif not at_once:
        mail.send_after = clock.now() + WAITS[mail.attempts - 1]
