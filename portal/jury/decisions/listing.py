"""The public list of a round: shown by a command, never before its embargo ends, nor before every film it judges has an
announced decision whose maker was told by mail or is marked as out of reach with a reason. A mail that came back has
told nobody.

What is announced after a list was shown waits until it is shown again; a film that does not come is off it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal import audit, clock, i18n
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.decisions import queries
from portal.jury.decisions.mails import AGAIN
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations import places
from portal.jury.models import Round
from portal.lifecycles import DecisionState, MailState, RoundState, advance
from portal.mail.models import OutgoingMail
from portal.policies import Actor

MOST_WORDS = 300
_CHOSEN = (Decision.state == DecisionState.ANNOUNCED, Decision.outcome == Outcome.SELECTED)
_ON_THEIR_WAY = (MailState.QUEUED, MailState.SENDING)


@dataclass(frozen=True, slots=True)
class Untold:
    """Somebody who has not been told yet: the film, where the mail goes to, and how the last one fared."""

    decision_id: int
    number: str
    title_ko: str
    title_en: str
    outcome: Outcome | None
    recipient: str | None
    mail_state: MailState | None
    error: str | None


def on_the_list(decision: Any) -> sa.ColumnElement[bool]:
    """Says of a decision (the model or an alias of it) that the public list which was shown last contains it."""
    listed_at = sa.select(Round.listed_at).where(Round.id == decision.round_id).scalar_subquery()
    shown = sa.and_(decision.state == DecisionState.ANNOUNCED, decision.announced_at <= listed_at)
    return sa.and_(shown, ~places.given_up(decision))


def _unreached(round_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    mail = aliased(OutgoingMail)
    outcome = sa.literal("decision_").concat(Decision.outcome)
    told = sa.exists().where(
        mail.object_kind == Decision.__tablename__,
        mail.object_id == Decision.id,
        sa.or_(mail.kind == outcome, sa.and_(mail.kind == AGAIN, Decision.outcome == Outcome.SELECTED)),
        mail.state == MailState.SENT,
    )
    announced = (Decision.round_id == round_id, Decision.state == DecisionState.ANNOUNCED)
    return (*announced, Decision.undeliverable == "", ~told)


def untold(session: Session, round_id: int) -> list[Untold]:
    """Makers whom no mail about the decision has reached, those whose mail is on its way last."""
    mail = aliased(OutgoingMail)
    last = (
        sa.select(sa.func.max(mail.id))
        .where(mail.object_kind == Decision.__tablename__, mail.object_id == Decision.id)
        .correlate(Decision)
        .scalar_subquery()
    )
    film = (Entry.number, Entry.title_ko, Entry.title_en)
    rows = session.execute(
        sa.select(
            Decision.id, *film, Decision.outcome, OutgoingMail.recipient, OutgoingMail.state, OutgoingMail.last_error
        )
        .join(Entry, Entry.id == Decision.entry_id)
        .outerjoin(OutgoingMail, OutgoingMail.id == last)
        .where(*_unreached(round_id))
        .order_by(sa.func.coalesce(OutgoingMail.state, "").in_(_ON_THEIR_WAY), Entry.number)
    )
    return [Untold(*row) for row in rows]


def out_of_reach(session: Session, round_id: int) -> Sequence[Any]:
    """(number, titles, reason) of those who were marked as out of reach."""
    film = (Entry.number, Entry.title_ko, Entry.title_en)
    wanted = sa.select(*film, Decision.undeliverable).join(Entry, Entry.id == Decision.entry_id)
    marked = wanted.where(Decision.round_id == round_id, Decision.undeliverable != "")
    return session.execute(marked.order_by(Entry.number)).all()


def mark_undeliverable(session: Session, decision: Decision, reason: str, *, by: Actor) -> None:
    """Note that nobody can be told by mail of this decision, and why; the list no longer waits for it."""
    if decision.state != DecisionState.ANNOUNCED:
        raise Invalid("reason", N_("There is nothing to tell before the announcement."))
    if not reason:
        raise Invalid("reason", N_("Say why this person cannot be reached."))
    decision.undeliverable = reason[:MOST_WORDS]
    audit.record(session, by, "decision.undeliverable", decision, reason=decision.undeliverable)
    session.flush()


def set_embargo(session: Session, round_: Round, until: datetime | None, *, by: Actor) -> None:
    """Keep the outcome from the public until a moment, or lift that; refused once the list was shown."""
    if round_.listed_at is not None:
        raise Invalid("embargo_on", N_("The list is public already."))
    audit.record(session, by, "round.embargo", round_, before=round_.embargo_until, until=until)
    round_.embargo_until = until
    session.flush()


def show(session: Session, round_: Round, *, by: Actor) -> int:
    """Show the public list; how many selected films it has.

    Refused during the embargo, and while anybody would learn from it what nobody has told them.
    """
    now = clock.now()
    if round_.embargo_until is not None and now < round_.embargo_until:
        raise Invalid("list", N_("The embargo lasts until {when}."), when=i18n.moment(round_.embargo_until, year=True))
    open_ones = queries.count_unannounced(session, round_)
    if open_ones:
        raise Invalid("list", N_("Not announced yet: {n}. Release every decision before the list."), n=open_ones)
    waiting = untold(session, round_.id)
    if waiting:
        raise Invalid("list", N_("Not told yet: {n}. They must not learn it from the list."), n=len(waiting))
    selected = _selected(session, round_.id)
    if not selected:
        raise Invalid("list", N_("No selection has been announced yet."))
    audit.record(session, by, "round.list", round_, films=selected)
    round_.listed_at = now
    if round_.state == RoundState.DECIDED:
        advance(session, round_, RoundState.ANNOUNCED, by=by)
    session.flush()
    return selected


def _selected(session: Session, round_id: int) -> int:
    chosen = (*_CHOSEN, ~places.given_up(Decision))
    return session.scalar(sa.select(sa.func.count()).where(Decision.round_id == round_id, *chosen)) or 0


def news(session: Session, round_: Round) -> int:
    """How many selected films have been announced since the list was last shown."""
    later = [] if round_.listed_at is None else [Decision.announced_at > round_.listed_at]
    return session.scalar(sa.select(sa.func.count()).where(Decision.round_id == round_.id, *_CHOSEN, *later)) or 0


def is_listed(session: Session, entry_id: int) -> bool:
    """Whether a public list that was shown has this film among the selected."""
    wanted = (Decision.entry_id == entry_id, Decision.outcome == Outcome.SELECTED, on_the_list(Decision))
    return session.scalar(sa.select(Decision.id).where(*wanted).limit(1)) is not None
