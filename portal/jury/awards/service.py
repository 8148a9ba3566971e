"""Awards: given for now by one person, announced as provisional by another, final after the objection window.

Provisional awards are public, as provisional, from their announcement on and not before; that needs the film to be on a
public list, and starts the window. What is upheld against an award keeps it from becoming final.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal import audit, clock, i18n
from portal.calls.models import Edition
from portal.entries.models import Entry
from portal.errors import Invalid, require_at_most
from portal.i18n import N_
from portal.jury.awards import mails, queries
from portal.jury.awards.models import Award, AwardGrant, Objection
from portal.jury.decisions import listing
from portal.lifecycles import AwardState, EntryState, advance
from portal.policies import Actor

LEAST_DAYS, MOST_DAYS = 5, 10
MOST_WORDS = 4000


@dataclass(frozen=True, slots=True)
class AwardDraft:
    """What the desk writes of a prize."""

    name_ko: str
    name_en: str
    category_id: int | None = None
    exclusive: bool = False
    position: int = 0


@dataclass(frozen=True, slots=True)
class Giving:
    """How an award is given: after the rank in a round, or by hand with a reason; and how long one may object."""

    round_id: int | None = None
    reason: str = ""
    days: int = 7
    citation_ko: str = ""
    citation_en: str = ""


def add(session: Session, edition: Edition, draft: AwardDraft, *, by: Actor) -> Award:
    """A new prize of an edition."""
    made = Award(edition_id=edition.id, **asdict(draft))
    with _one_of_a_name(session):
        session.add(made)
    audit.record(session, by, "award.add", made, **asdict(draft))
    return made


@contextmanager
def _one_of_a_name(session: Session) -> Iterator[None]:
    try:
        with session.begin_nested():
            yield
    except IntegrityError:
        raise Invalid("name_ko", N_("There is an award of this name already.")) from None


def edit(session: Session, award: Award, draft: AwardDraft, *, by: Actor) -> None:
    """Change a prize; its category stays once it was given."""
    if draft.category_id != award.category_id and queries.grants(session, award.id):
        raise Invalid("category_id", N_("This award was given already; its category stays."))
    audit.record(session, by, "award.edit", award, **asdict(draft))
    with _one_of_a_name(session):
        for name, value in asdict(draft).items():
            setattr(award, name, value)


def give(session: Session, award: Award, entry: Entry, giving: Giving, *, by: Actor) -> AwardGrant:
    """Give an award for now; nobody outside the desk knows. An award has one holder at a time."""
    if not queries.fits(session, award, entry.id):
        raise Invalid("number", N_("This award cannot go to this film: see its category, its state, its other awards."))
    if not LEAST_DAYS <= giving.days <= MOST_DAYS:
        raise Invalid("days", N_("Write a number from {least} to {most}."), least=LEAST_DAYS, most=MOST_DAYS)
    rank = queries.rank_of(session, giving.round_id, entry.id) if giving.round_id is not None else None
    if rank is None and not giving.reason:
        raise Invalid("given_reason", N_("Say why this film gets the award, for no ranking says it."))
    now = clock.now()
    made = AwardGrant(
        award_id=award.id,
        entry_id=entry.id,
        round_id=giving.round_id if rank is not None else None,
        rank=rank,
        citation_ko=giving.citation_ko,
        citation_en=giving.citation_en,
        given_by_id=by.person_id,
        given_at=now,
        given_reason=giving.reason,
        objections_until=now + timedelta(days=giving.days),
    )
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        raise Invalid("number", N_("Another film holds this award.")) from None
    audit.record(session, by, "award.provisional", made, award=award.id, entry=entry.number, rank=rank)
    return made


def announce(session: Session, grant: AwardGrant, *, by: Actor) -> None:
    """Show the award as provisional and tell the makers; the objection window starts. Needs a second person."""
    _require(grant, AwardState.PROVISIONAL)
    if grant.announced_at is not None:
        return
    _require_second_person(grant, by)
    _require_running(grant.entry)
    if not listing.is_listed(session, grant.entry_id):
        raise Invalid("main", N_("The film is on no public list yet. Show the list of its round first."))
    window = grant.objections_until - grant.given_at
    grant.announced_at, grant.announced_by_id = clock.now(), by.person_id
    grant.objections_until = grant.announced_at + window
    audit.record(session, by, "award.announce", grant, until=grant.objections_until)
    mails.tell_makers(session, "award_provisional", grant, until=grant.objections_until)
    session.flush()


def make_final(session: Session, grant: AwardGrant, *, by: Actor) -> None:
    """Settle the award after its window; needs a second person, and every objection answered and none upheld."""
    if grant.state == AwardState.FINAL:
        return
    _require(grant, AwardState.PROVISIONAL)
    _require_second_person(grant, by)
    _require_running(grant.entry)
    _require_window(grant)
    unanswered, upheld = queries.unsettled(session, grant.id)
    if unanswered:
        raise Invalid("main", N_("Answer every objection first; waiting: {n}."), n=unanswered)
    if upheld:
        raise Invalid("main", N_("An objection was upheld. Revoke the award."))
    grant.settled_by_id, grant.settled_at = by.person_id, clock.now()
    grant.award.entry_id, grant.award.citation = grant.entry_id, grant.citation_ko or grant.citation_en
    advance(session, grant, AwardState.FINAL, by=by, award=grant.award_id)
    mails.tell_makers(session, "award_final", grant)
    session.flush()


def revoke(session: Session, grant: AwardGrant, reason: str, *, by: Actor) -> None:
    """Take an award away; needs a reason and a second person. Makers who knew of it are told."""
    if grant.state == AwardState.REVOKED:
        return
    if not reason:
        raise Invalid("reason", N_("Say why the award is revoked."))
    _require_second_person(grant, by)
    knew = grant.announced_at is not None
    grant.settled_by_id, grant.settled_at, grant.reason = by.person_id, clock.now(), reason[:MOST_WORDS]
    if grant.award.entry_id == grant.entry_id and grant.state == AwardState.FINAL:
        grant.award.entry_id = None
    advance(session, grant, AwardState.REVOKED, by=by, award=grant.award_id, reason=grant.reason)
    if knew:
        mails.tell_makers(session, "award_revoked", grant, reason=grant.reason)
    session.flush()


def _require(grant: AwardGrant, state: AwardState) -> None:
    if grant.state != state:
        raise Invalid("main", N_("This award has been settled already."))


def _require_second_person(grant: AwardGrant, by: Actor) -> None:
    if grant.given_by_id == by.person_id:
        raise Invalid("main", N_("You gave this award: a second person must do this."))


def _require_running(entry: Entry) -> None:
    if entry.state != EntryState.ELIGIBLE:
        raise Invalid("main", N_("This film is no longer in the running."))


def _require_window(grant: AwardGrant) -> None:
    if grant.announced_at is None:
        raise Invalid("main", N_("Announce the award as provisional first, so that one can object."))
    if clock.now() < grant.objections_until:
        until = i18n.moment(grant.objections_until, year=True)
        raise Invalid("main", N_("One can object until {when}."), when=until)


# ── objections ─────────────────────────────────────────────────────────


def raise_objection(session: Session, grant: AwardGrant, text: str, *, by: Actor) -> Objection:
    """Say something against an announced award within its window; once for each person."""
    if grant.state != AwardState.PROVISIONAL or clock.now() >= grant.objections_until:
        raise Invalid("text", N_("The time for objections is over."))
    if not text:
        raise Invalid("text", N_("Write what is wrong with the award."))
    require_at_most(MOST_WORDS, "text", text)
    made = Objection(grant_id=grant.id, person_id=by.person_id, text=text)
    try:
        with session.begin_nested():
            session.add(made)
            session.flush()
    except IntegrityError:
        raise Invalid("text", N_("You have objected already. The office answers by mail.")) from None
    audit.record(session, by, "award.objection", made, grant=grant.id)
    return made


def answer(session: Session, objection: Objection, text: str, *, upheld: bool | None, by: Actor) -> None:
    """The office's word on an objection, once; whoever objected is told."""
    if objection.answered_at is not None:
        raise Invalid("answer", N_("This objection has been answered already."))
    if upheld is None:
        raise Invalid("upheld", N_("Say whether the objection is upheld."))
    if not text:
        raise Invalid("answer", N_("Write an answer."))
    objection.answer, objection.upheld = text[:MOST_WORDS], upheld
    objection.answered_by_id, objection.answered_at = by.person_id, clock.now()
    audit.record(session, by, "award.objection.answer", objection, upheld=upheld)
    mails.tell_objector(session, objection)
    session.flush()
