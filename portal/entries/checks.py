"""What the portal finds out about a received entry by itself: each check with its evidence, for the desk to weigh."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portal import i18n
from portal.disclosure import queries as disclosures
from portal.disclosure.rules.outcomes import Outcome
from portal.disclosure.rules.policies import PolicyResult
from portal.entries import judging, queries
from portal.entries.models import Entry
from portal.i18n import N_, translate
from portal.lifecycles import AssetState
from portal.media.models import Asset
from portal.media.queries import standing

_ = translate
_OUTCOMES = {
    Outcome.PASS: (N_("Passed"), "ok"),
    Outcome.WARN: (N_("Notice"), "warn"),
    Outcome.NEEDS_REVIEW: (N_("Look at it"), "warn"),
    Outcome.FAIL: (N_("Failed"), "bad"),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One finding: what was looked at, how it came out, and the figures behind it."""

    name: str
    result: Outcome
    evidence: str

    @property
    def outcome(self) -> str:
        return translate(_OUTCOMES[self.result][0])

    @property
    def kind(self) -> str:
        return _OUTCOMES[self.result][1]


def checks_of(session: Session, entry: Entry) -> list[Check]:
    """All checks of an entry, in the language in use."""
    assets = queries.living_assets(session, entry.id)
    film = queries.film_of(assets)
    receipt = queries.latest_receipt(session, entry.id)
    found = [*_film(entry, film), *_time(entry), *_disclosure(session, entry, film, assets), *_limit(session, entry)]
    if receipt is not None and film is not None and receipt.film_sha256 != film.sha256:
        found.append(Check(_("File"), Outcome.FAIL, _("The film on the volume is not the one the receipt names.")))
    return found


def _film(entry: Entry, film: Asset | None) -> Iterator[Check]:
    if film is None or film.state != AssetState.PLAYABLE:
        yield Check(_("Film"), Outcome.FAIL, _("There is no playable film."))
        return
    seconds, category = round((film.duration_ms or 0) / 1000), entry.category
    fits = category.min_seconds <= seconds <= category.max_seconds
    limit = _("{length}; the category takes up to {limit}.")
    text = limit.format(length=i18n.duration(seconds), limit=i18n.duration(category.max_seconds))
    yield Check(_("Running time"), Outcome.PASS if fits else Outcome.FAIL, text)
    size = f"{film.width}×{film.height}, {i18n.file_size(film.size)}"
    tall = min(film.width or 0, film.height or 0) >= category.min_height
    yield Check(_("Picture"), Outcome.PASS if tall else Outcome.FAIL, size)
    for finding in standing(film).findings:
        yield Check(_("File"), Outcome.WARN, finding.sentence)


def _time(entry: Entry) -> Iterator[Check]:
    if entry.submitted_at is None:
        return
    late = entry.submitted_at >= entry.call.closes_at
    text = _("Handed in {moment} (KST)").format(moment=i18n.moment(entry.submitted_at, year=True))
    yield Check(_("Deadline"), Outcome.NEEDS_REVIEW if late else Outcome.PASS, text)


def _disclosure(session: Session, entry: Entry, film: Asset | None, assets: Sequence[Asset]) -> Iterator[Check]:
    disclosure = disclosures.disclosure_of(session, entry.id)
    if disclosure is None:
        yield Check(_("Use of AI"), Outcome.FAIL, _("Nothing was declared."))
        return
    ledger = disclosures.ledger_of(session, disclosure)
    for result in judging.results(session, entry, disclosure, ledger, assets):
        yield Check(_("Rule of the category {code}").format(code=result.code), result.outcome, _told(result))
    ready = disclosures.readiness_of(disclosure, queries.facts_of(entry, film))
    for problem in (*ready.form, *ready.consents):
        outcome = Outcome.NEEDS_REVIEW if problem.blocking else Outcome.WARN
        yield Check(_("Use of AI"), outcome, problem.message)


def _told(result: PolicyResult) -> str:
    """What is missing, and who let it go and why."""
    if result.waiver is None:
        return result.message
    waived = _("Let go by {name}: {reason}").format(name=result.waiver.by, reason=result.waiver.reason)
    return f"{result.message} {waived}"


def _limit(session: Session, entry: Entry) -> Iterator[Check]:
    people = {person.id: person.native_name for person in queries.people_of(session, entry)}
    counted = queries.entered(session, entry.call_id, people, but=entry.id)
    over = [people[person_id] for person_id, n in counted.items() if n >= entry.call.entry_limit]
    text = _("At most {n} films each; over it: {names}").format(n=entry.call.entry_limit, names=", ".join(over) or "—")
    yield Check(_("Entry limit"), Outcome.FAIL if over else Outcome.PASS, text)
