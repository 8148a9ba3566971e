"""The demo is at the real scale, true to the portal's own rules, and loads once."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, demo
from portal.audience.models import Booking
from portal.calls.models import Category
from portal.db import sessions
from portal.disclosure.models import Disclosure
from portal.entries.models import Entry
from portal.jury.assigning.models import Assignment, AssignmentRun
from portal.jury.awards.models import Award
from portal.jury.conflicts.models import Conflict
from portal.jury.models import Juror, Round
from portal.jury.results.models import Result
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import EntryState, SeatState
from portal.media.models import Asset, Rendition, RenditionKind
from portal.media.volume import Volume
from portal.programme.models import Package, Release, Screening
from portal.school.models import Enrolment
from portal.settings import Settings


def _count(session: Session, *what: object) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(*what)) or 0  # type: ignore[arg-type]


def test_the_demo_is_a_whole_season(settings: Settings) -> None:
    said: list[str] = []
    settings.data.mkdir(parents=True)
    assert demo.load(settings, say=said.append)
    with sessions(settings)() as session:
        _check_scale(session)
        _check_jury(session)
        _check_seats(session)
        _check_files(session, settings)
        assert list(audit.broken_links(session)) == []
    with sessions(settings)() as session:
        before = _count(session, Entry)
    assert not demo.load(settings, say=said.append)
    with sessions(settings)() as session:
        assert _count(session, Entry) == before
    assert "/ko/login/" in demo.welcome(settings)


def _check_scale(session: Session) -> None:
    eligible = dict(
        session.execute(
            sa.select(Category.code, sa.func.count())
            .join(Entry, Entry.category_id == Category.id)
            .where(Entry.state == EntryState.ELIGIBLE)
            .group_by(Category.code)
        ).all()
    )
    assert eligible == {"short": 263, "actor_ip": 45, "short_form": 112, "advertisement": 115}
    assert _count(session, Entry) == 2067 + 2
    assert _count(session, Award) == 26
    assert _count(session, Enrolment) == 60
    submitted = sa.select(sa.func.count()).select_from(Entry).where(Entry.submitted_at.is_not(None))
    assert session.scalar(submitted) == _count(session, Disclosure) - 2


def _check_jury(session: Session) -> None:
    round_ = session.scalars(sa.select(Round).where(Round.state == "open")).one()
    assert _count(session, Juror) == 16
    assert _count(session, Assignment) == 535 * 3
    run = session.scalars(sa.select(AssignmentRun).where(AssignmentRun.round_id == round_.id)).one()
    assert (run.state, run.report["status"]) == ("published", "optimal")
    assert 0.5 < _count(session, ScoreSheet) / (535 * 3) < 0.75
    assert _count(session, Result) > 400
    clash = (
        sa.select(sa.func.count())
        .select_from(Assignment)
        .join(Conflict, sa.and_(Conflict.juror_id == Assignment.juror_id, Conflict.entry_id == Assignment.entry_id))
    )
    assert session.scalar(clash) == 0


def _check_seats(session: Session) -> None:
    for screening in session.scalars(sa.select(Screening)):
        parties = session.scalar(
            sa.select(sa.func.sum(Booking.party)).where(
                Booking.screening_id == screening.id,
                Booking.state.in_((SeatState.CONFIRMED, SeatState.CHECKED_IN, SeatState.NO_SHOW)),
            )
        )
        assert screening.taken == parties
    waiting = session.scalars(
        sa.select(Booking.position).where(Booking.state == SeatState.WAITLISTED).order_by(Booking.position)
    ).all()
    assert list(waiting) == list(range(1, 13))
    assert session.scalars(sa.select(Package.title_en)).first() == "Five Boards"
    assert _count(session, Release) == 1


def _check_files(session: Session, settings: Settings) -> None:
    volume = Volume(settings.data / "media")
    keys = session.scalars(
        sa.select(Rendition.storage_key).where(Rendition.kind == RenditionKind.SCREENER).limit(20)
    ).all()
    assert all(volume.path(key).stat().st_size > 10_000 for key in keys)
    asset = session.scalars(sa.select(Asset).limit(1)).one()
    assert asset.storage_key is not None
    assert hashlib.sha256(volume.path(asset.storage_key).read_bytes()).hexdigest() == asset.sha256
