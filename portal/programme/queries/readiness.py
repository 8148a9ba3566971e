"""Which films may be shown: selected and announced, consents and label in order, a playable film."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.disclosure.consent.guardians import unspoken
from portal.disclosure.consent.public_view import unagreed
from portal.entries.models import Entry
from portal.i18n import N_, translate
from portal.jury.decisions.listing import on_the_list
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.invitations.places import answered, given_up
from portal.lifecycles import DecisionState, EntryState, InvitationState
from portal.programme.models import Package, PackageFilm
from portal.programme.queries.holding import shown_film, unlabelled


class Gap(StrEnum):
    """Why a film is not ready; a missing screener, or makers who have not answered, do not keep it from the public."""

    GONE = "gone"
    DECLINED = "declined"
    NOT_ANNOUNCED = "not_announced"
    UNCONFIRMED = "unconfirmed"
    CONSENT = "consent"
    GUARDIAN = "guardian"
    LABEL = "label"
    SCREENER = "screener"


BLOCKING = frozenset(Gap) - {Gap.SCREENER, Gap.UNCONFIRMED}
_TEXTS = {
    Gap.GONE: N_("Withdrawn or refused"),
    Gap.DECLINED: N_("Declined by its makers"),
    Gap.NOT_ANNOUNCED: N_("Selection not announced"),
    Gap.UNCONFIRMED: N_("Not confirmed yet"),
    Gap.CONSENT: N_("Consent missing"),
    Gap.GUARDIAN: N_("A guardian's consent is missing"),
    Gap.LABEL: N_("AI label not final"),
    Gap.SCREENER: N_("No playable film"),
}
_LEFT = (EntryState.WITHDRAWN, EntryState.INELIGIBLE, EntryState.DISQUALIFIED)


def gap_text(gap: Gap) -> str:
    """The gap in the language in use."""
    return translate(_TEXTS[gap])


def announced() -> sa.ColumnElement[bool]:
    """Whether an entry was selected and its makers were told: enough to plan with it."""
    return sa.exists().where(
        Decision.entry_id == Entry.id,
        Decision.state == DecisionState.ANNOUNCED,
        Decision.outcome == Outcome.SELECTED,
        ~given_up(Decision),
    )


def _listed() -> sa.ColumnElement[bool]:
    """Whether the public list with its selection was shown: before that, no programme may tell of it."""
    return sa.exists().where(Decision.entry_id == Entry.id, on_the_list(Decision), Decision.outcome == Outcome.SELECTED)


def _playable() -> sa.ColumnElement[bool]:
    return sa.exists().where(shown_film(Entry.id))


_COLUMNS = (
    Entry.id,
    Entry.state,
    _listed().label("announced"),
    answered(Entry.id, InvitationState.CONFIRMED).label("confirmed"),
    answered(Entry.id, InvitationState.DECLINED).label("declined"),
    answered(Entry.id, InvitationState.INVITED, InvitationState.LAPSED).label("asked"),
    unagreed(Entry.id).label("consent_missing"),
    unspoken(Entry.id).label("guardian_missing"),
    unlabelled(Entry.id).label("unlabelled"),
    _playable().label("playable"),
)


def _gaps_of(row: sa.Row[*tuple[Any, ...]]) -> tuple[Gap, ...]:
    declined = row.declined and not (row.confirmed or row.asked)
    found = (
        (Gap.GONE, row.state in _LEFT),
        (Gap.DECLINED, declined),
        (Gap.NOT_ANNOUNCED, not row.announced and not declined),
        (Gap.UNCONFIRMED, row.asked and not row.confirmed),
        (Gap.CONSENT, row.consent_missing),
        (Gap.GUARDIAN, row.guardian_missing),
        (Gap.LABEL, row.unlabelled),
        (Gap.SCREENER, not row.playable),
    )
    return tuple(gap for gap, is_open in found if is_open)


def gaps(session: Session, entry_ids: Collection[int]) -> dict[int, tuple[Gap, ...]]:
    """What is open of each film; an empty tuple means ready. One statement."""
    if not entry_ids:
        return {}
    rows = session.execute(sa.select(*_COLUMNS).where(Entry.id.in_(entry_ids)))
    return {row.id: _gaps_of(row) for row in rows}


def blocked_packages(session: Session, package_ids: Collection[int]) -> dict[int, list[str]]:
    """For packages that may not be public: which of their films keep them back."""
    query = (
        sa.select(Package.id.label("package_id"), Entry.title_ko, Entry.title_en, *_COLUMNS)
        .join(PackageFilm, PackageFilm.package_id == Package.id)
        .join(Entry, PackageFilm.entry_id == Entry.id)
        .where(Package.id.in_(package_ids))
        .order_by(PackageFilm.position)
    )
    found: dict[int, list[str]] = {}
    for row in session.execute(query):
        if BLOCKING.intersection(_gaps_of(row)):
            found.setdefault(row.package_id, []).append(row.title_ko or row.title_en)
    return found
