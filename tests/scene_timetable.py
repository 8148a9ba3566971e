"""The timetable of the stage: a plan for its days that waits, an engagement, a package in the tray."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.calls.models import Edition
from portal.policies import SYSTEM
from portal.programme import service as programme
from portal.programme.models import Screening
from portal.programme.placing import service, solving
from portal.programme.placing.models import Engagement, EngagementRole, Placing
from portal.programme.service.engagements import Engaging, engage


def with_a_plan(session: Session) -> None:
    """Two packages wait; a plan for the days was worked out; a juror watches the last screening."""
    screening = session.scalars(sa.select(Screening).order_by(Screening.starts_at)).all()[-1]
    edition = session.get_one(Edition, screening.edition_id)
    for title, seconds in (("새벽의 대화", 3000), ("밤샘 상영", 14_400)):
        draft = programme.PackageDraft(title, f"{title} (en)", bumper_s=seconds)
        programme.create_package(session, edition, draft, by=SYSTEM)
    juror = Engaging("안유진", "an@pan.example", EngagementRole.JUROR, "본심 관람", screening=screening)
    engage(session, edition, juror, by=SYSTEM)
    wanted = service.want(session, edition, [edition.starts_on.isoformat()], 20, by=SYSTEM)
    question = service.take(session, wanted.id)
    assert question is not None
    service.store(session, wanted.id, question, solving.solve(question, limit=5))
    session.flush()


def things(session: Session) -> dict[str, Any]:
    """The codes that addresses ask for."""
    return {
        "engagement": session.scalar(sa.select(Engagement.code).order_by(Engagement.id)),
        "placing": session.scalar(sa.select(Placing.code).order_by(Placing.id)),
    }
