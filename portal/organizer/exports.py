"""Sheets an organizer may take away: the same rows the desk shows, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.audience.models import Booking
from portal.calls.models import Category
from portal.disclosure.models import Disclosure
from portal.entries.models import Entry
from portal.i18n import N_
from portal.jury.assigning.models import Assignment
from portal.jury.models import Juror, Panel, Round
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import EntryState, SheetState
from portal.organizer.catalogue import HEADER, label_rows
from portal.programme.models import Package, Screening

Rows = Sequence[Sequence[Any]]


@dataclass(frozen=True)
class Sheet:
    """A sheet's title and content in words (msgids), its header, and how its rows are read."""

    title: str
    about: str
    header: Sequence[str]
    rows: Callable[[Session, int], Rows]


def _entries(session: Session, edition_id: int) -> Rows:
    return [
        [*row[:9], row[9].isoformat(timespec="minutes") if row[9] else "", *row[10:]]
        for row in session.execute(
            sa.select(
                Entry.number,
                Entry.state,
                Category.code,
                Entry.title_ko,
                Entry.title_en,
                Person.native_name,
                Person.email,
                Entry.country,
                Entry.runtime_s,
                Entry.submitted_at,
                Disclosure.tier,
                Disclosure.generated_bp,
                Disclosure.altered_bp,
            )
            .join(Category, Category.id == Entry.category_id)
            .join(Person, Person.id == Entry.owner_id)
            .outerjoin(Disclosure, Disclosure.entry_id == Entry.id)
            .where(
                Entry.edition_id == edition_id,
                Entry.state.not_in((EntryState.DRAFT, EntryState.MENTOR_REVIEW)),
            )
            .order_by(Entry.number)
        )
    ]


def _scores(session: Session, edition_id: int) -> Rows:
    return [
        [*row[:4], (row[4] or 0) / 100]
        for row in session.execute(
            sa.select(Round.name_en, Entry.number, Juror.label, Panel.code, ScoreSheet.total)
            .join(Assignment, Assignment.id == ScoreSheet.assignment_id)
            .join(Round, Round.id == Assignment.round_id)
            .join(Entry, Entry.id == Assignment.entry_id)
            .join(Juror, Juror.id == Assignment.juror_id)
            .join(Panel, Panel.id == Juror.panel_id)
            .where(
                Round.edition_id == edition_id,
                ScoreSheet.state.in_((SheetState.SUBMITTED, SheetState.LOCKED)),
            )
            .order_by(Entry.number, Juror.label)
        )
    ]


def _bookings(session: Session, edition_id: int) -> Rows:
    return [
        [row[0], row[1].isoformat(timespec="minutes"), *row[2:]]
        for row in session.execute(
            sa.select(
                Package.title_ko,
                Screening.starts_at,
                Booking.state,
                Booking.name,
                Booking.email,
                Booking.party,
                Booking.access_needs,
            )
            .join(Screening, Screening.id == Booking.screening_id)
            .join(Package, Package.id == Screening.package_id)
            .where(Screening.edition_id == edition_id)
            .order_by(Screening.starts_at, Booking.name)
        )
    ]


SHEETS = {
    "entries": Sheet(
        N_("Entries"),
        N_("Every entry handed in, with its maker and the figures of its AI label. No drafts."),
        ("number", "state", "category", "title_ko", "title_en", "owner", "email", "country", "seconds", "submitted_at",
         "tier", "generated_bp", "altered_bp"),
        _entries,
    ),
    "labels": Sheet(
        N_("AI labels"),
        N_("For the catalogue: the AI label of every eligible film in both languages, with its figures."),
        HEADER,
        label_rows,
    ),
    "scores": Sheet(
        N_("Score sheets"),
        N_("Every sheet handed in, by the juror's neutral label."),
        ("round", "number", "juror", "panel", "total"),
        _scores,
    ),
    "bookings": Sheet(
        N_("Seats"),
        N_("Bookings and waiting list of every screening, with access needs."),
        ("screening", "starts_at", "state", "name", "email", "party", "access_needs"),
        _bookings,
    ),
}  # fmt: skip
