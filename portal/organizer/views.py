"""The organizers' desk: today, the audit trail, exports."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import audit, policies
from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.calls.models import Edition
from portal.calls.queries import current_edition
from portal.i18n import _, pick
from portal.jury import desk_queries as judging
from portal.jury.invitations.queries import round_to_fill
from portal.organizer import exports, figures, today
from portal.web import current
from portal.web.access import guard, require
from portal.web.pages import page
from portal.web.pagination import Page, wanted
from portal.web.sheets import csv_download

bp = Blueprint("organizer", __name__, url_prefix="/ops")


def _edition(session: Session) -> Edition | None:
    return current_edition(session)


@bp.get("")
@guard(policies.work_on_edition, load=_edition)
def home(edition: Edition) -> ResponseReturnValue:
    """What needs a hand now, and how the season stands."""
    session = current.session()
    counts = figures.counts(session, edition.id)
    round_ = figures.current_round(session, edition.id)
    pace = judging.progress(session, round_.id) if round_ else []
    growth = figures.growth(session, edition.id)
    worries = figures.worries(session, edition.id)
    to_fill = round_to_fill(session, edition.id) if worries.places_free else None
    return page(
        "organizer/today.html",
        edition=edition,
        counts=counts,
        judging=round_,
        pace=pace,
        expected=today.expected(round_) if round_ else 0,
        late={row.juror_id for row in today.late(pace)},
        may_judge=policies.enter_judging(current.actor()),
        may_office=policies.enter_office(current.actor()),
        hands=today.todos(current.actor(), counts, worries, round_, pace, to_fill=to_fill),
        trend=today.trend(growth),
        ranking=today.ranking(round_, figures.around_the_cut(session, round_)) if round_ else None,
        funnel=today.funnel(counts),
        shares=today.shares(figures.ai_use(session, edition.id)),
        deadline=figures.next_deadline(session, edition.id),
    )


@bp.get("/audit")
@guard(policies.read_audit, load=_edition)
def trail(edition: Edition) -> ResponseReturnValue:
    """Who did what to which thing, newest first; filtered by verb and day."""
    session = current.session()
    verb, on = request.args.get("verb", "").strip()[:60], _day(request.args.get("on", ""))
    rows, number = _records(session, verb, on), wanted(request.args.get("page"))
    size = 50
    total = session.scalar(sa.select(sa.func.count()).select_from(rows.order_by(None).subquery())) or 0
    found = session.execute(rows.limit(size).offset((number - 1) * size)).all()
    return page(
        "organizer/audit.html",
        block="rows",
        records=Page(found, number, size, total),
        verb=verb,
        on=on.isoformat() if on else "",
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _records(session: Session, verb: str, on: date | None) -> sa.Select[*tuple[Any, ...]]:
    query = (
        sa.select(
            AuditRecord.seq,
            AuditRecord.at,
            AuditRecord.verb,
            AuditRecord.subject_kind,
            AuditRecord.subject_id,
            AuditRecord.actor_kind,
            AuditRecord.detail,
            AuditRecord.digest,
            Person.native_name,
            Person.latin_family,
            Person.latin_given,
        )
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .order_by(AuditRecord.seq.desc())
    )
    if verb:
        query = query.where(AuditRecord.verb.startswith(verb, autoescape=True))
    if on:
        start = datetime(on.year, on.month, on.day, tzinfo=current.settings().zone)
        query = query.where(AuditRecord.at >= start, AuditRecord.at < start + timedelta(days=1))
    return query


@bp.get("/export")
@guard(policies.export_edition, load=_edition)
def export(edition: Edition) -> ResponseReturnValue:
    """What can be taken away, what is inside, and who took it last."""
    last = current.session().execute(
        sa.select(AuditRecord.at, AuditRecord.verb, Person.native_name, Person.latin_family, Person.latin_given)
        .outerjoin(Person, Person.id == AuditRecord.actor_id)
        .where(AuditRecord.verb.startswith("export."))
        .order_by(AuditRecord.seq.desc())
        .limit(10)
    )
    return page("organizer/export.html", edition=edition, sheets=exports.SHEETS, last=last.all())


def _edition_for(session: Session, name: str) -> Edition | None:
    return current_edition(session) if name in exports.SHEETS else None


@bp.get("/export/<name>.csv")
@guard(policies.export_edition, load=_edition_for, writes=True)
def export_sheet(edition: Edition) -> ResponseReturnValue:
    """One sheet as CSV; noted in the audit trail."""
    name = (request.view_args or {})["name"]
    require(name in exports.SHEETS)
    sheet = exports.SHEETS[name]
    rows = sheet.rows(current.session(), edition.id)
    audit.record(current.session(), current.actor(), f"export.{name}", edition, rows=len(rows))
    return csv_download(f"{pick(edition.name_ko, edition.name_en)} {_(sheet.title)}.csv", sheet.header, rows)
