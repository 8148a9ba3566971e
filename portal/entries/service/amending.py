"""Changing the disclosure of an entry that was handed in, and what follows: labels, rules and people who were told."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from portal import i18n
from portal.disclosure import service as disclosures
from portal.disclosure.models import Amendment, Disclosure, DisclosureRevision
from portal.disclosure.revisions import amendments
from portal.disclosure.rules import versions as rule_versions
from portal.entries import mails, queries
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.service.drafts import require_editable
from portal.entries.service.locking import locked, touch
from portal.errors import Invalid
from portal.i18n import N_
from portal.lifecycles import EntryState
from portal.policies import Actor

# While these last, what was declared counts, and is changed by a revision.
AMENDABLE = (EntryState.SUBMITTED, EntryState.ELIGIBLE)


def start_amendment(session: Session, entry: Entry, reason: str, note: str, *, by: Actor) -> Amendment:
    """Open the disclosure of a handed-in entry to a change with a reason."""
    locked(session, entry)
    if entry.state not in AMENDABLE:
        raise Invalid("main", N_("Only the disclosure of an entry that was handed in can be amended."))
    return amendments.start(session, disclosures.of_entry(session, entry.id), reason, note, by=by)


def require_disclosable(session: Session, entry: Entry, *, at: datetime) -> None:
    """Refuse a change of the disclosure's answers, unless the entry is open to it or an amendment is under way."""
    if entry.state in AMENDABLE and amendments.under_way(session, entry.id):
        return
    require_editable(session, entry, Task.AI, at=at)


def hand_in_amendment(session: Session, entry: Entry, *, by: Actor, at: datetime) -> DisclosureRevision | None:
    """Make the change count, or have it wait for an organizer (None) where it declares less AI after the deadline."""
    locked(session, entry)
    disclosure = disclosures.of_entry(session, entry.id)
    facts = queries.facts_of(entry, queries.film_of(queries.living_assets(session, entry.id)))
    made = amendments.hand_in(session, disclosure, facts, less_counts=less_counts(session, entry, at=at), by=by)
    touch(session, entry)
    return made


def less_counts(session: Session, entry: Entry, *, at: datetime) -> bool:
    """Whether declaring less AI counts without an organizer: before the deadline, and before the rules' last day."""
    until = last_day(session, entry)
    return at < entry.call.closes_at and (until is None or i18n.korean_day(at) <= until)


def last_day(session: Session, entry: Entry) -> date | None:
    """The day until which the entry's rules let its disclosure change, if they name one."""
    rules = rule_versions.rules_of(session, entry.category, entry.rules_version)
    return min((rule.params["day"] for rule in rules if rule.code == "P17"), default=None)


def settle_amendment(session: Session, entry: Entry, answer: str, *, approved: bool, by: Actor) -> None:
    """An organizer's word on a change that declares less AI; the makers are told."""
    locked(session, entry)
    if by.person_id in entry.member_ids:
        raise Invalid("main", N_("You made this film; somebody else of the office has to decide."))
    disclosure = disclosures.of_entry(session, entry.id)
    amendment = disclosure.amendment
    if amendment is None or not _settled(session, amendment, disclosure, answer, approved=approved, by=by):
        return
    touch(session, entry)
    kind = "amendment_accepted" if approved else "amendment_returned"
    mails.send(session, kind, entry, queries.people_of(session, entry), f"{kind}:{amendment.rev}", answer=answer)


def _settled(
    session: Session, amendment: Amendment, disclosure: Disclosure, answer: str, *, approved: bool, by: Actor
) -> bool:
    if approved:
        return amendments.approve(session, amendment, disclosure, by=by) is not None
    before = amendment.rev
    amendments.send_back(session, disclosure, answer, by=by)
    return amendment.rev != before


def drop_amendment(session: Session, entry: Entry, *, by: Actor) -> None:
    """Leave the disclosure as it was handed in."""
    amendments.drop(session, disclosures.of_entry(session, entry.id), by=by)


def take_back_amendment(session: Session, entry: Entry, *, by: Actor) -> None:
    """Go on writing a change that waits."""
    amendments.take_back(session, disclosures.of_entry(session, entry.id), by=by)
