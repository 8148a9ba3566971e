"""What a kind of reminder is: who is wanted to be reminded of what and when, and how the mail is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal.reminders.models import Reminder
from portal.reminders.reasons import Reason

Key = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class Wanted:
    """The `nth` reminder of an object to an address: due at a moment, and of no use from `until` on."""

    object_id: int
    recipient: str
    nth: int
    due_at: datetime
    until: datetime
    edition_id: int

    @property
    def key(self) -> Key:
        """What is sent at most once, within its kind."""
        return self.object_id, self.recipient, self.nth


class Finding(Protocol):
    """Everything of a kind that the world as it is wants to be reminded of; `of` narrows it to one object."""

    def __call__(self, session: Session, *, now: datetime, of: int | None = None) -> Iterable[Wanted]: ...


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind: its name in rows, the model it is about, its words for the desk, what it wants, and its mail.

    `title`, `rule` and `ended` are msgids: what it is called, when it goes to whom, why one was not needed any more.
    `named` gives each object a name in the language in use. `write` queues the mails of reminders that are due to one
    reader at the same time: as few as their reader needs.
    """

    name: str
    model: Any
    title: str
    rule: str
    ended: str
    wanted: Finding
    named: Callable[[Session, Collection[int]], Mapping[int, str]]
    write: Callable[[Session, Sequence[Reminder]], None]


def one_by_one(write: Callable[[Session, Reminder], None]) -> Callable[[Session, Sequence[Reminder]], None]:
    """Writes a mail for each reminder, as most kinds do."""

    def write_each(session: Session, reminders: Sequence[Reminder]) -> None:
        for reminder in reminders:
            write(session, reminder)

    return write_each


def in_time(rows: Iterable[Wanted], *, now: datetime) -> dict[Key, Wanted]:
    """Those of them that are of use: not past their end, and of several that are due to one reader only the last."""
    useful = sorted((one for one in rows if now < one.until), key=lambda one: one.key)
    kept: list[Wanted] = []
    for _, series in groupby(useful, key=lambda one: one.key[:2]):
        together = list(series)
        kept += [one for one in together if one.due_at <= now][-1:]
        kept += [one for one in together if one.due_at > now]
    return {one.key: one for one in kept}


def why_not(key: Key, rows: Iterable[Wanted], *, now: datetime) -> Reason:
    """Why one that is not `in_time` is of no use: nothing wants it, its time is over, or a later one is due as well."""
    for one in rows:
        if one.key == key:
            return Reason.LATE if one.until <= now else Reason.OVERTAKEN
    return Reason.ENDED
