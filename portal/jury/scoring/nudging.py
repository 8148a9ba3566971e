"""A friendly word to jurors who are behind: at most one mail a day for each, whoever of the chairs sends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, i18n, links
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.models import Juror, Round
from portal.jury.scoring.progress import Pace
from portal.lifecycles import RoundState
from portal.mail import outbox
from portal.mail.render import Rendered, render
from portal.mail.wordings.queries import chosen
from portal.policies import Actor

KIND = "jury_nudge"


def midnight(now: datetime) -> datetime:
    """When the present day began in Seoul."""
    return datetime.combine(i18n.korean_day(now), time(), ZoneInfo(i18n.SEOUL))


def due_for_one(paces: Sequence[Pace], *, now: datetime) -> list[Pace]:
    """Those of them who may get a mail now: with films left, an account that is open, and none sent today."""
    today, at_work = midnight(now), [one for one in paces if not one.finished and not one.away]
    return [one for one in at_work if one.nudged_at is None or one.nudged_at < today]


def preview(session: Session, round_: Round, one: Pace) -> Rendered:
    """The mail as this juror would get it."""
    addresses, words = links.of(session), chosen(session, round_.edition_id, KIND)
    with i18n.using(one.language):
        known = {"links": addresses, "recipient": _recipient(one), "festival": words.festival}
        return render(KIND, addresses.base_url, {**_values(round_, one), **known}, words.spoken)


def nudge(session: Session, round_: Round, paces: Sequence[Pace], *, by: Actor) -> int:
    """Mail these jurors; how many mails were made. Whoever got one today gets none."""
    if round_.state != RoundState.OPEN:
        raise Invalid("nudge", N_("Reminders go out only while the round is open."))
    now = clock.now()
    sent = [one for one in due_for_one(paces, now=now) if _claimed(session, one, now)]
    for one in sent:
        outbox.queue(
            session,
            KIND,
            to=_recipient(one),
            about=session.get_one(Juror, one.juror_id),
            transition=f"nudge.{i18n.korean_day(now)}",
            edition_id=round_.edition_id,
            **_values(round_, one),
        )
    if sent:
        audit.record(session, by, "jurors.nudged", round_, seats=[one.label for one in sent])
    return len(sent)


def _claimed(session: Session, one: Pace, now: datetime) -> bool:
    """Whether this transaction is the one that writes to the juror today; a second one waits and finds it done."""
    free = sa.or_(Juror.nudged_at.is_(None), Juror.nudged_at < midnight(now))
    marked = sa.update(Juror).where(Juror.id == one.juror_id, free).values(nudged_at=now).returning(Juror.id)
    return session.scalar(marked.execution_options(synchronize_session=False)) is not None


def _recipient(one: Pace) -> outbox.Recipient:
    name = one.native_name if one.language == "ko" else one.latin_name
    return outbox.Recipient(one.email, one.language, name, one.person_id, one.timezone)


def _values(round_: Round, one: Pace) -> dict[str, Any]:
    return {
        "judging": round_,
        "films": one.assigned - one.done,
        "seconds": one.seconds_left,
        "minutes_a_day": one.minutes_a_day,
        "due_at": one.due.at,
        "days_late": one.due.days_late,
    }


def extend(session: Session, round_: Round, juror: Juror, *, due_at: datetime | None, by: Actor) -> None:
    """Give a juror a later date than the round's, or none of the own again."""
    if due_at is not None and due_at <= max(round_.due_at, clock.now()):
        raise Invalid("due_on", N_("Choose a day after the round's own date."))
    if juror.due_at == due_at:
        return
    before = juror.due_at.isoformat() if juror.due_at else None
    juror.due_at = due_at
    audit.record(session, by, "juror.extended", juror, before=before, after=due_at.isoformat() if due_at else None)
    session.flush()
