"""The numbers of the dashboard, each from one grouped statement whatever the number of entries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.calls.models import Call
from portal.db import UtcDateTime
from portal.disclosure.consent.public_view import held
from portal.disclosure.crosscheck.queries import needs_review
from portal.disclosure.models import Amendment, Disclosure
from portal.entries.models import Entry, Replacement, Verdict
from portal.jury.assigning.models import Assignment
from portal.jury.conflicts.models import Conflict, ConflictState
from portal.jury.invitations.queries import places_to_fill
from portal.jury.models import Juror, Round
from portal.jury.results.models import Result
from portal.jury.scoring.models import Fault
from portal.lifecycles import AmendmentState, EntryState, MailState, ReplacementState, RoundState
from portal.mail.models import MOST_ALONE, BatchRelease, OutgoingMail

CRAFTS = ("script", "picture", "voice", "music", "editing")
_JUDGED_STATES = (RoundState.OPEN, RoundState.PAUSED, RoundState.CLOSED, RoundState.DECIDED)
# The dashboard is loaded all day: its larger statements are built once.
_OF_EDITION = Entry.edition_id == sa.bindparam("edition")


@dataclass(frozen=True)
class Counts:
    """Entries of an edition by where they stand; drafts, received and eligible are always told apart."""

    by_state: dict[EntryState, int]

    def of(self, *states: EntryState) -> int:
        return sum(self.by_state.get(state, 0) for state in states)

    @property
    def started(self) -> int:
        return sum(self.by_state.values())

    @property
    def received(self) -> int:
        return self.started - self.of(EntryState.DRAFT, EntryState.MENTOR_REVIEW)

    @property
    def checked(self) -> int:
        return self.of(EntryState.ELIGIBLE, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


def counts(session: Session, edition_id: int) -> Counts:
    """How many entries stand where."""
    rows = session.execute(
        sa.select(Entry.state, sa.func.count()).where(Entry.edition_id == edition_id).group_by(Entry.state)
    )
    return Counts({row[0]: row[1] for row in rows})


@dataclass(frozen=True)
class Growth:
    """Entries started and handed in, day by day, running totals."""

    days: list[date]
    started: list[int]
    received: list[int]


def growth(session: Session, edition_id: int, days: int = 60) -> Growth:
    """The last `days` days; what came before is in the first value."""
    today = clock.now().date()
    first = today - timedelta(days=days - 1)
    line = [first + timedelta(days=n) for n in range(days)]
    return Growth(line, _running(session, edition_id, _STARTED, line), _running(session, edition_id, _RECEIVED, line))


def _by_day(moment: Any) -> sa.Select[*tuple[Any, ...]]:
    day = sa.cast(sa.func.date(moment), sa.String(10))
    return sa.select(day, sa.func.count()).where(_OF_EDITION, moment.is_not(None)).group_by(day)


_STARTED, _RECEIVED = _by_day(Entry.created_at), _by_day(Entry.submitted_at)


def _running(session: Session, edition_id: int, per_day: sa.Select[Any], line: list[date]) -> list[int]:
    by_day: dict[str, int] = {row[0]: row[1] for row in session.execute(per_day, {"edition": edition_id})}
    earlier = sum(count for text, count in by_day.items() if text < line[0].isoformat())
    steps = [by_day.get(one.isoformat(), 0) for one in line]
    return list(accumulate([steps[0] + earlier, *steps[1:]]))


def current_round(session: Session, edition_id: int) -> Round | None:
    """The round the desk looks at: the newest one that is being judged."""
    return session.scalar(
        sa.select(Round)
        .where(Round.edition_id == edition_id, Round.state.in_(_JUDGED_STATES))
        .order_by(Round.position.desc())
        .limit(1)
    )


def around_the_cut(session: Session, round_: Round, reach: int = 5) -> Sequence[Any]:
    """Results next to the last place inside."""
    return session.execute(
        sa.select(
            Result.rank,
            Entry.title_ko,
            Entry.title_en,
            Result.mean,
            Result.score,
            Result.low,
            Result.high,
            Result.p_top,
        )
        .join(Entry, Entry.id == Result.entry_id)
        .where(Result.round_id == round_.id, Result.rank.between(round_.places - reach, round_.places + reach))
        .order_by(Result.rank, Entry.number)
        .limit(2 * reach + 1)
    ).all()


# Grouped as they are stored: at most 4^5 combinations exist, a season has a few dozen, and no row is taken apart.
_PHASES = sa.cast(Disclosure.phases, sa.Text)
_AI_USE = (
    sa.select(_PHASES, sa.func.count())
    .join(Entry, Entry.id == Disclosure.entry_id)
    .where(_OF_EDITION, Entry.submitted_at.is_not(None))
    .group_by(_PHASES)
)


def ai_use(session: Session, edition_id: int) -> dict[str, tuple[int, int, int, int]]:
    """For each craft how many received films stand in each of the four phases."""
    films: Counter[tuple[str, int]] = Counter()
    for text, count in session.execute(_AI_USE, {"edition": edition_id}):
        for craft, phase in json.loads(text).items():
            films[craft, phase] += count
    return {craft: (films[craft, 0], films[craft, 1], films[craft, 2], films[craft, 3]) for craft in CRAFTS}


@dataclass(frozen=True)
class Worries:
    """What needs a hand today, as counts."""

    conflicts: int
    mails_failed: int
    mails_held: int
    refusals_to_confirm: int
    fixes_due: int
    cuts_asked: int
    holds: int
    changes_waiting: int
    reviews: int
    faults: int
    batches_to_confirm: int
    places_free: int


def _count(query: sa.Select[Any]) -> sa.ScalarSelect[Any]:
    return query.with_only_columns(sa.func.count()).scalar_subquery()


_MAILS = sa.select(OutgoingMail.id).where(OutgoingMail.edition_id == sa.bindparam("edition"))
_WORRIES = sa.select(
    _count(
        sa.select(Conflict.id)
        .join(Juror, Juror.id == Conflict.juror_id)
        .join(Round, Round.id == Juror.round_id)
        .where(Round.edition_id == sa.bindparam("edition"), Conflict.status == ConflictState.HINTED)
    ),
    _count(_MAILS.where(OutgoingMail.state == MailState.FAILED)),
    _count(_MAILS.where(OutgoingMail.state == MailState.DRAFT)),
    _count(
        sa.select(Verdict.id)
        .join(Entry, Entry.id == Verdict.entry_id)
        .where(
            _OF_EDITION,
            Verdict.confirmed_by_id.is_(None),
            Verdict.outcome.in_(("ineligible", "disqualified")),
            Entry.state.in_((EntryState.SUBMITTED, EntryState.NEEDS_FIX, EntryState.ELIGIBLE)),
        )
    ),
    _count(
        sa.select(Entry.id).where(
            _OF_EDITION,
            Entry.state == EntryState.NEEDS_FIX,
            Entry.fix_due_at < sa.bindparam("soon", type_=UtcDateTime()),
        )
    ),
    _count(
        sa.select(Replacement.id)
        .join(Entry, Entry.id == Replacement.entry_id)
        .where(_OF_EDITION, Replacement.state == ReplacementState.ASKED)
    ),
    _count(
        sa.select(Entry.id).where(
            _OF_EDITION, held(Entry.id), Entry.state.not_in((EntryState.DRAFT, EntryState.MENTOR_REVIEW))
        )
    ),
    _count(
        sa.select(Amendment.id)
        .join(Disclosure, Disclosure.id == Amendment.disclosure_id)
        .join(Entry, Entry.id == Disclosure.entry_id)
        .where(_OF_EDITION, Amendment.state == AmendmentState.PROPOSED)
    ),
    _count(
        sa.select(Entry.id).where(
            _OF_EDITION, needs_review(Entry.id), Entry.state.not_in((EntryState.DRAFT, EntryState.MENTOR_REVIEW))
        )
    ),
    _count(
        sa.select(Fault.id)
        .join(Assignment, Assignment.id == Fault.assignment_id)
        .join(Round, Round.id == Assignment.round_id)
        .where(Round.edition_id == sa.bindparam("edition"), Fault.answered_at.is_(None))
    ),
    _count(
        sa.select(BatchRelease.id).where(
            BatchRelease.edition_id == sa.bindparam("edition"),
            BatchRelease.ended_at.is_(None),
            BatchRelease.confirmed_at.is_(None),
            BatchRelease.expected > MOST_ALONE,
        )
    ),
    _count(places_to_fill(sa.bindparam("edition"))),
)


def worries(session: Session, edition_id: int) -> Worries:
    """Counts of unsettled things, in one statement."""
    row = session.execute(_WORRIES, {"edition": edition_id, "soon": clock.now() + timedelta(days=2)}).one()
    return Worries(*(int(value) for value in row))


def next_deadline(session: Session, edition_id: int) -> Call | None:
    """The call that closes next."""
    return session.scalar(
        sa.select(Call)
        .where(Call.edition_id == edition_id, Call.closes_at > clock.now())
        .order_by(Call.closes_at)
        .limit(1)
    )
