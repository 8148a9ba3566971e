"""The checks behind the policies P01 to P17: each returns None when the film complies, otherwise what is missing.

A policy with a floor looks at the least a share can be, one with a ceiling at the most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from portal import i18n
from portal.disclosure.codes import FULL, Base, Basis, ConsentStatus, Degree, PerformerKind, Scope, SignerCapacity
from portal.disclosure.figures import Figures, Interval, Tier, ratio_bp
from portal.disclosure.label import percent
from portal.disclosure.ledger import Ledger, Performer
from portal.disclosure.phrases import name_of, names_of
from portal.disclosure.rules.outcomes import Outcome
from portal.i18n import translate as _

CONSENT_RANK = {
    ConsentStatus.DECLARED: 1,
    ConsentStatus.DOC: 2,
    ConsentStatus.VERIFIED: 3,
    ConsentStatus.ESTATE: 3,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What lies beside the ledger; a provenance state or a day of None is not judged."""

    clips: int = 0
    process_recording: bool = False
    provenance_state: str | None = None
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A film before the policies."""

    ledger: Ledger
    figures: Figures
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Unmet:
    """Why a policy is not met; `outcome` overrides the severity of the policy where the facts ask for it."""

    message: str
    outcome: Outcome | None = None


def ai_required(case: Case, *, min_bp: int, on: str) -> Unmet | None:
    """P01: at least so much of the picture is AI-made."""
    share = _share(case, on)
    if share.lo >= min_bp:
        return None
    message = _("At least {least}% of the picture has to be AI-made; your answers show {have}%.")
    return Unmet(message.format(least=percent(min_bp), have=percent(share.lo)))


def ai_max(case: Case, *, bp: int, on: str) -> Unmet | None:
    """P02: at most so much of the picture is AI-made."""
    share = _share(case, on)
    if share.hi <= bp:
        return None
    message = _("At most {most}% of the picture may be AI-made; your answers show up to {have}%.")
    return Unmet(message.format(most=percent(bp), have=percent(share.hi)))


def scopes_required_any(case: Case, *, scopes: frozenset[Scope], degrees: frozenset[Degree]) -> Unmet | None:
    """P03: AI worked in at least one of these scopes."""
    if any(case.figures.degrees[scope] in degrees for scope in scopes):
        return None
    return Unmet(_("AI has to be used in at least one of: {scopes}.").format(scopes=names_of(scopes)))


def scopes_forbidden(case: Case, *, scopes: frozenset[Scope], degrees: frozenset[Degree]) -> Unmet | None:
    """P04: AI did not work in these scopes."""
    used = frozenset(scope for scope in scopes if case.figures.degrees[scope] in degrees)
    if not used:
        return None
    return Unmet(_("This category does not take AI in: {scopes}.").format(scopes=names_of(used)))


def base_required(case: Case, *, required: frozenset[Base], forbidden: frozenset[Base]) -> Unmet | None:
    """P05: the picture is made from these materials and not from those."""
    missing, banned = required - case.figures.base, forbidden & case.figures.base
    if missing:
        return Unmet(_("The picture has to be made from: {bases}.").format(bases=_listed(sorted(missing))))
    if banned:
        return Unmet(_("The picture may not be made from: {bases}.").format(bases=_listed(sorted(banned))))
    return None


def tier_in(case: Case, *, tiers: frozenset[Tier]) -> Unmet | None:
    """P06: the film has one of these tiers."""
    if case.figures.tier in tiers:
        return None
    names = ", ".join(tier.name for tier in sorted(tiers))
    return Unmet(
        _("This category takes films of tier {tiers}; yours is {have}.").format(
            tiers=names, have=case.figures.tier.name
        )
    )


def replica_consent(case: Case, *, least: ConsentStatus, guardian: bool) -> Unmet | None:
    """P07: everybody recognisable has agreed, proven at least so far; where asked, a guardian for each minor."""
    real = [performer for performer in case.ledger.performers if performer.is_real]
    open_ones = [performer for performer in real if consent_rank(performer) < CONSENT_RANK[least]]
    if open_ones:
        message = _("Consent is missing or not far enough: {names}. Send them the consent link.")
        return Unmet(message.format(names=_people(open_ones)))
    alone = [performer for performer in real if performer.minor and not _signed_by_guardian(performer)]
    if guardian and alone:
        message = _("A parent or guardian has to sign for: {names}. Send them the consent link.")
        return Unmet(message.format(names=_people(alone)))
    return None


def replicas_forbidden(case: Case, *, kinds: frozenset[PerformerKind]) -> Unmet | None:
    """P08: these kinds of replica do not occur."""
    found = frozenset(performer.kind for performer in case.ledger.performers) & kinds
    if not found:
        return None
    return Unmet(_("This category does not take: {kinds}.").format(kinds=_listed(sorted(found))))


def minors_replica_forbidden(case: Case) -> Unmet | None:
    """P09: no minor is replicated or altered."""
    minors = [performer for performer in case.ledger.performers if performer.minor and performer.is_real]
    if not minors:
        return None
    return Unmet(_("Minors may not be replicated or altered by AI: {names}.").format(names=_people(minors)))


def human_script(case: Case, *, most: Degree) -> Unmet | None:
    """P10: people wrote the script."""
    if case.figures.degrees[Scope.SCR].rank <= most.rank:
        return None
    return Unmet(_("The script has to be written by people; AI may help in preparation only."))


def human_principal_performance(case: Case, *, max_bp: int) -> Unmet | None:
    """P11: at most so much of each performer's screen time is AI-made; background performers aside."""
    performers = [each for each in case.ledger.performers if each.kind is not PerformerKind.REP_BG]
    ratios = [_performance(performer) for performer in performers]
    known = [ratio for ratio in ratios if ratio is not None]
    if any(ratio > max_bp for ratio in known):
        message = _("At most {most}% of a performer's screen time may be AI-made; your answers show {have}%.")
        return Unmet(message.format(most=percent(max_bp), have=percent(min(FULL, max(known)))))
    if len(known) < len(ratios):
        return Unmet(_("Give the screen time of each performer, in seconds."), Outcome.NEEDS_REVIEW)
    return None


def source_basis_not(case: Case, *, bases: frozenset[Basis]) -> Unmet | None:
    """P12: no source is used on one of these bases; an unanswered basis counts as unknown."""
    sources = [source for part in case.ledger.parts for source in part.sources]
    found = [source for source in sources if (source.basis or Basis.UNKNOWN) in bases]
    if not found:
        return None
    titles = ", ".join(source.title or name_of(source.kind) for source in found)
    return Unmet(_("Say by what right these are used: {titles}.").format(titles=titles))


def evidence_required(case: Case, *, clips: int, recording_counts: bool) -> Unmet | None:
    """P13: raw clips or a recording of the process are attached."""
    recorded = recording_counts and case.evidence.process_recording
    if recorded or case.evidence.clips >= clips:
        return None
    message = _("Attach raw generator clips (at least {least}) or a recording of your process.")
    return Unmet(message.format(least=clips))


def audience_disclosure_required(case: Case) -> Unmet | None:
    """P14: the creator says how the film itself tells its audience."""
    if case.ledger.audience_disclosure:
        return None
    return Unmet(_("Say how the film tells its audience about AI, for example in the credits."))


def tools_denied(case: Case, *, names: frozenset[str]) -> Unmet | None:
    """P15: none of these tools was used."""
    denied = {name.casefold() for name in names}
    used = {tool.name for part in case.ledger.parts for tool in part.tools if tool.name.casefold() in denied}
    if not used:
        return None
    return Unmet(_("This category does not take films made with: {tools}.").format(tools=", ".join(sorted(used))))


def provenance_blocking(case: Case, *, states: frozenset[str]) -> Unmet | None:
    """P16: the provenance found in the file is not in one of these states."""
    if case.evidence.provenance_state not in states:
        return None
    message = _("The provenance found in the file needs a look by an organizer: {state}.")
    return Unmet(message.format(state=case.evidence.provenance_state))


def amend_until(case: Case, *, day: date) -> Unmet | None:
    """P17: the disclosure can be amended until a day."""
    if case.evidence.today is None or case.evidence.today <= day:
        return None
    return Unmet(_("Changes were possible until {day}. Ask an organizer to reopen it.").format(day=i18n.day(day)))


def consent_rank(performer: Performer) -> int:
    """How far a consent is proven: 1 declared, 2 document, 3 confirmed; 0 for anything less."""
    return CONSENT_RANK.get(performer.consent, 0) if performer.consent else 0


def _share(case: Case, on: str) -> Interval:
    return case.figures.generated if on == "G" else case.figures.visible


def _performance(performer: Performer) -> int | None:
    """The synthetic ratio; a synthetic performer without figures is synthetic all through."""
    ratio = ratio_bp(performer)
    return FULL if ratio is None and not performer.is_real else ratio


def _signed_by_guardian(performer: Performer) -> bool:
    return performer.terms is not None and performer.terms.signer_capacity is SignerCapacity.GUARDIAN


def _people(performers: Sequence[Performer]) -> str:
    return ", ".join(performer.name or name_of(performer.kind) for performer in performers)


def _listed(codes: Sequence[Base] | Sequence[PerformerKind]) -> str:
    return ", ".join(name_of(code) for code in codes)
