"""Where a class's film may go on to: the open festival calls with their categories, and what speaks against each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from portal.calls import queries as calls
from portal.calls.models import Call, CallKind, Category
from portal.disclosure import queries as disclosures
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure
from portal.disclosure.rows import ledger_from
from portal.disclosure.rules.checks import Evidence
from portal.disclosure.rules.outcomes import Outcome
from portal.disclosure.rules.policies import evaluate, read_policies
from portal.entries import judging, queries
from portal.entries.models import Entry
from portal.entries.service.drafts import require_open, require_room
from portal.entries.service.submission import require_within_limit
from portal.errors import Invalid
from portal.i18n import N_, translate
from portal.lifecycles import AssetState
from portal.media import checks
from portal.media import queries as media
from portal.media.checks import Rule
from portal.media.models import Asset, Slot

# What goes along: everything that was handed in, but for consent papers, which stay where they were sealed.
CARRIED = (Slot.FILM, Slot.POSTER, Slot.STILL, Slot.SUBTITLE, Slot.TRAILER, Slot.EVIDENCE)


@dataclass(frozen=True, slots=True)
class Choice:
    """A category with what keeps the file out of it, and what its draft will ask about AI, in the language in use."""

    category: Category
    against: tuple[str, ...]
    asks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A festival call with its categories, what keeps the film out of the whole call, and the entry it already is."""

    call: Call
    choices: Sequence[Choice]
    against: str = ""
    entry: str = ""

    @property
    def fits(self) -> bool:
        """Whether any of its categories takes the film."""
        return not self.against and not self.entry and any(not one.against for one in self.choices)


@dataclass(frozen=True, slots=True)
class Brought:
    """What a film brings along; the disclosure comes with performers and consents, the files with their renditions."""

    film: Asset
    files: Sequence[Asset]
    disclosure: Disclosure
    ledger: Ledger
    evidence: Evidence


def brought(session: Session, entry: Entry) -> Brought:
    """Everything an entry that was handed in brings along; raises Invalid where its film is not what was frozen."""
    held = [one for one in media.living(session, entry.id, *CARRIED) if one.state == AssetState.PLAYABLE]
    film, receipt = queries.film_of(held), queries.latest_receipt(session, entry.id)
    disclosure = disclosures.disclosure_of(session, entry.id)
    if film is None or receipt is None or disclosure is None or film.sha256 != receipt.film_sha256:
        raise Invalid("main", N_("The film is not the one that was handed in. Ask your mentor or the office."))
    kept = [one for one in held if one.slot != Slot.FILM]
    ledger = ledger_from(disclosure.ledger, disclosure.performers)
    beside = replace(judging.evidence_of(held), today=queries.today())
    return Brought(film, [film, *kept], disclosure, ledger, beside)


def rule_of(category: Category) -> Rule:
    """What a category asks of a film file."""
    return Rule(category.max_seconds, category.min_seconds, category.min_height)


def against(found: Brought, category: Category) -> tuple[str, ...]:
    """Why a category would not take the file: its running time and picture."""
    facts = media.facts_of(found.film)
    if facts is None:
        return (translate(N_("The film is still being checked. This usually takes a few minutes.")),)
    verdict = checks.check(facts, rule_of(category), credits_from=media.credits_from(found.film))
    return tuple(one.sentence for one in verdict.reasons)


def asks(found: Brought, category: Category) -> tuple[str, ...]:
    """The category's rules on AI that the film does not meet as declared; another answer or the office settles them."""
    rules = evaluate(read_policies(category.ai_rules), found.ledger, found.evidence)
    return tuple(one.message for one in rules if one.outcome is Outcome.FAIL)


def offers(session: Session, entry: Entry, person_id: int, *, known: dict[int, str], at: datetime) -> list[Offer]:
    """The open festival calls as this person would enter the film in them; `known` are the entries it already is."""
    open_ = [call for call in calls.open_calls(session) if call.kind == CallKind.FESTIVAL]
    found = brought(session, entry) if open_ else None
    return [_offer(session, entry, found, call, person_id, known.get(call.id, ""), at) for call in open_ if found]


def _offer(
    session: Session, entry: Entry, found: Brought, call: Call, person_id: int, known: str, at: datetime
) -> Offer:
    choices = [Choice(one, against(found, one), asks(found, one)) for one in call.categories]
    try:
        if not known:
            require_takes(session, entry, call, person_id, at=at)
    except Invalid as problem:
        return Offer(call, choices, problem.message)
    return Offer(call, choices, entry=known)


def require_takes(session: Session, entry: Entry, call: Call, person_id: int, *, at: datetime) -> None:
    """Refuse a call that is not open, or that has enough entries of whoever promotes the film or made it."""
    require_open(call, at=at)
    require_room(session, call, person_id)
    people = {one.id: one.native_name for one in queries.people_of(session, entry)}
    require_within_limit(call, queries.entered(session, call.id, people, but=entry.id), people)
