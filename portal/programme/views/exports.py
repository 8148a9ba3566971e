"""The plan as a table to take away, for the desk: every screening with its films, talk and seats."""

from __future__ import annotations

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import audit, clock, policies
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.i18n import N_, _, clock_time, korean_day, pick
from portal.programme import frozen, queries
from portal.programme.agenda import RATINGS
from portal.programme.models import Screening
from portal.programme.states import state_text
from portal.programme.views.blueprint import bp
from portal.web import current
from portal.web.access import guard
from portal.web.sheets import csv_download
from portal.web.workbook import xlsx_download

_HEADER = (
    N_("Number"),
    N_("Day"),
    N_("Begins"),
    N_("Films end"),
    N_("Venue"),
    N_("Hall"),
    N_("Programme"),
    N_("Films"),
    N_("Rating"),
    N_("Talk (minutes)"),
    N_("Guests"),
    N_("Seats"),
    N_("Seats taken"),
    N_("State"),
)
Row = tuple[str | int, ...]


def _edition_for(session: Session, kind: str) -> Edition | None:
    return current_edition(session) if kind in ("csv", "xlsx") else None


@bp.get("/ops/release/programme.<kind>")
@guard(policies.programme_edition, load=_edition_for, writes=True)
def export(edition: Edition) -> ResponseReturnValue:
    """The plan as it stands, as CSV or XLSX; noted in the audit trail."""
    kind = (request.view_args or {})["kind"]
    session = current.session()
    rows = [_row(one) for one in queries.all_screenings(session, edition.id)]
    audit.record(session, current.actor(), "programme.exported", edition, kind=kind, rows=len(rows))
    title, header = f"{pick(edition.name_ko, edition.name_en)} {_('Programme')}", [_(word) for word in _HEADER]
    name = f"{title} {korean_day(clock.now())}.{kind}"
    return csv_download(name, header, rows) if kind == "csv" else xlsx_download(name, title, header, rows)


def _row(screening: Screening) -> Row:
    package, hall, talk = screening.package, screening.hall, screening.qa_session
    return (
        screening.code,
        korean_day(screening.starts_at).isoformat(),
        clock_time(screening.starts_at),
        clock_time(screening.ends_at),
        pick(hall.venue.name_ko, hall.venue.name_en),
        pick(hall.name_ko, hall.name_en),
        pick(package.title_ko, package.title_en),
        " / ".join(pick(place.entry.title_ko, place.entry.title_en) for place in package.films),
        _(RATINGS[package.rating]),
        talk.minutes if talk else 0,
        ", ".join(frozen.coming(talk)) if talk else "",
        screening.seats,
        screening.taken,
        state_text(screening.state),
    )
