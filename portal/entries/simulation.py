"""What other rules would mean: the films of a category before the rules they are judged by, and before a draft.

Handed-in entries keep the version they were handed in under, so for them the draft is for information; drafts will be
judged by it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.calls.models import Category
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure, Performer, RuleWaiver
from portal.disclosure.rows import ledger_from
from portal.disclosure.rules import versions as rule_versions
from portal.disclosure.rules import waivers
from portal.disclosure.rules.checks import Evidence
from portal.disclosure.rules.outcomes import Outcome
from portal.disclosure.rules.policies import PolicyResult, Waiver, case_of, judge, overall
from portal.disclosure.rules.versions import Rules
from portal.entries.judging import state_of
from portal.entries.models import Entry
from portal.lifecycles import AssetState, EntryState
from portal.media.models import Asset, Slot

_UNRECEIVED = (EntryState.DRAFT, EntryState.MENTOR_REVIEW)
_LEFT = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


@dataclass(frozen=True, slots=True)
class Film:
    """One film before the rules; `version` is what it was handed in under, None for a draft."""

    number: str
    title_ko: str
    title_en: str
    received: bool
    version: int | None
    ledger: Ledger
    evidence: Evidence
    waivers: Sequence[Waiver] = ()


@dataclass(frozen=True, slots=True)
class Trial:
    """How a film fares now and would fare, and what it would not meet."""

    film: Film
    now: Outcome
    then: Outcome
    unmet: tuple[PolicyResult, ...]

    @property
    def changes(self) -> bool:
        """Whether the film changes sides."""
        return self.now is not self.then


@dataclass(frozen=True, slots=True)
class Simulation:
    """All trials, those that change sides first; `unanswered` counts the drafts that declare nothing yet."""

    trials: tuple[Trial, ...]
    unanswered: int

    def counts(self, *, received: bool) -> Mapping[Outcome, tuple[int, int]]:
        """For each outcome how many films have it now and would have it then."""
        of_these = [trial for trial in self.trials if trial.film.received is received]
        now, then = Counter(one.now for one in of_these), Counter(one.then for one in of_these)
        return {outcome: (now[outcome], then[outcome]) for outcome in Outcome}

    @property
    def moving(self) -> tuple[Trial, ...]:
        """The films that change sides."""
        return tuple(trial for trial in self.trials if trial.changes)

    @property
    def unmet(self) -> tuple[Trial, ...]:
        """The films that would not pass, and do not pass now either."""
        return tuple(trial for trial in self.trials if not trial.changes and trial.then is not Outcome.PASS)


def simulate(session: Session, category: Category, rules: Rules) -> Simulation:
    """Try a draft of rules on every film of the category that is in the running: six statements however many."""
    films, unanswered = films_of(session, category)
    in_force = rule_versions.rules_by_version(session, category, {film.version for film in films})
    return Simulation(tuple(tried(films, in_force, rules)), unanswered)


def tried(films: Iterable[Film], in_force: Mapping[int | None, Rules], rules: Rules) -> list[Trial]:
    """Each film before both sets of rules: those that change sides first, the gravest of them on top."""
    found = [_trial(film, in_force[film.version], rules) for film in films]
    gravity = list(Outcome)
    return sorted(found, key=lambda one: (not one.changes, -gravity.index(one.then), one.film.number))


def _trial(film: Film, in_force: Rules, rules: Rules) -> Trial:
    case = case_of(film.ledger, film.evidence)
    now, then = (judge(policies, case, film.waivers) for policies in (in_force, rules))
    return Trial(film, overall(now), overall(then), tuple(one for one in then if one.outcome is not Outcome.PASS))


def films_of(session: Session, category: Category) -> tuple[list[Film], int]:
    """The films of a category that have answered every field of the grid, and how many drafts have not."""
    rows = session.execute(_wanted(category.id)).all()
    answered = [row for row in rows if row.Disclosure is not None and row.Disclosure.tier is not None]
    found = _evidence(session, category.id)
    granted = waivers.waivers_of(session, _in_category(category.id))
    films = [_film(row, found.get(row.id, Evidence()), granted.get(row.Disclosure.id, ())) for row in answered]
    return films, len(rows) - len(answered)


def _wanted(category_id: int) -> sa.Select[*tuple[Any, ...]]:
    shown = (Entry.id, Entry.number, Entry.state, Entry.rules_version, Entry.title_ko, Entry.title_en)
    people = selectinload(Disclosure.performers).selectinload(Performer.consents)
    return (
        sa.select(*shown, Disclosure)
        .outerjoin(Disclosure, Disclosure.entry_id == Entry.id)
        .where(Entry.category_id == category_id, Entry.state.not_in(_LEFT))
        .options(people)
        .order_by(Entry.id)
    )


def _in_category(category_id: int) -> sa.ColumnElement[bool]:
    entries = sa.select(Entry.id).where(Entry.category_id == category_id)
    disclosures = sa.select(Disclosure.id).where(Disclosure.entry_id.in_(entries))
    return RuleWaiver.disclosure_id.in_(disclosures)


def _evidence(session: Session, category_id: int) -> dict[int, Evidence]:
    """What lies beside each ledger: clips received, and the state of the credentials found in the newest film."""
    wanted = (
        sa.select(Asset.entry_id, Asset.slot, Asset.probe["provenance"].label("provenance"))
        .join(Entry, Entry.id == Asset.entry_id)
        .where(Entry.category_id == category_id, Asset.superseded_at.is_(None), Asset.state == AssetState.PLAYABLE)
        .where(Asset.slot.in_((Slot.FILM, Slot.EVIDENCE)))
        .order_by(Asset.id)
    )
    clips: Counter[int] = Counter()
    states: dict[int, str | None] = {}
    for row in session.execute(wanted):
        if row.slot == Slot.EVIDENCE:
            clips[row.entry_id] += 1
        else:
            states[row.entry_id] = state_of({"provenance": row.provenance})
    return {
        entry_id: Evidence(clips=clips[entry_id], provenance_state=states.get(entry_id))
        for entry_id in clips.keys() | states.keys()
    }


def _film(row: Any, evidence: Evidence, granted: Sequence[Waiver]) -> Film:
    received = row.state not in _UNRECEIVED
    return Film(
        number=row.number,
        title_ko=row.title_ko if received else "",
        title_en=row.title_en if received else "",
        received=received,
        version=row.rules_version if received else None,
        ledger=ledger_from(row.Disclosure.ledger, row.Disclosure.performers),
        evidence=evidence,
        waivers=granted,
    )
