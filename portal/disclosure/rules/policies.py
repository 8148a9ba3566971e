"""Policies on AI use as data: read from a category's JSON, evaluated against a film, shown before submission.

A policy is `{"code": "P01", "min_bp": 5001, "on": "V", "severity": "FAIL"}`: a code, its parameters, and how grave it
is when unmet. A waiver by an organizer turns an unmet policy into a warning. One rule stands outside all policies and
cannot be waived: `public_hold` keeps a film with an unproven replica out of public view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from portal.disclosure.codes import FULL, Base, Basis, ConsentStatus, Degree, PerformerKind, Scope
from portal.disclosure.figures import Tier, measure
from portal.disclosure.ledger import Ledger
from portal.disclosure.rules import checks
from portal.disclosure.rules.checks import CONSENT_RANK, Case, Evidence, Unmet, consent_rank
from portal.disclosure.rules.outcomes import Outcome, worst
from portal.errors import Invalid
from portal.i18n import N_
from portal.i18n import translate as _

Reader = Callable[[Any], Any]
Code = TypeVar("Code", bound=StrEnum)
GENERATIVE = ("M", "G")


@dataclass(frozen=True, slots=True)
class Policy:
    """One rule with its parameters (read and typed) and its severity."""

    code: str
    params: Mapping[str, Any]
    severity: Outcome = Outcome.FAIL


@dataclass(frozen=True, slots=True)
class Waiver:
    """An organizer's decision to let one policy go for one film."""

    code: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PolicyResult:
    """The outcome of one policy, with the reason in the language in use and the waiver that softened it."""

    code: str
    outcome: Outcome
    message: str = ""
    waiver: Waiver | None = None


@dataclass(frozen=True, slots=True)
class _Definition:
    """What a code means: its check, and for each parameter how it is read and its default (None: required)."""

    check: Callable[..., Unmet | None]
    params: Mapping[str, tuple[Reader, Any]]


def _basis_points(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= FULL:
        raise ValueError(value)
    return value


def _count(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(value)
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(value)
    return value


def _on(value: Any) -> str:
    if value not in ("V", "G"):
        raise ValueError(value)
    return str(value)


def _words(value: Any) -> frozenset[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(word, str) for word in value):
        raise ValueError(value)
    return frozenset(value)


def _codes(kind: type[Code]) -> Callable[[Any], frozenset[Code]]:
    return lambda value: frozenset(kind(word) for word in _words(value))


def _tiers(value: Any) -> frozenset[Tier]:
    return frozenset(Tier[word] for word in _words(value))


def _proof(value: Any) -> ConsentStatus:
    status = ConsentStatus(value)
    if status not in CONSENT_RANK:
        raise ValueError(value)
    return status


_SCOPES = {"scopes": (_codes(Scope), None), "degrees": (_codes(Degree), GENERATIVE)}

DEFINITIONS: Mapping[str, _Definition] = {
    "P01": _Definition(checks.ai_required, {"min_bp": (_basis_points, None), "on": (_on, "V")}),
    "P02": _Definition(checks.ai_max, {"bp": (_basis_points, None), "on": (_on, "V")}),
    "P03": _Definition(checks.scopes_required_any, _SCOPES),
    "P04": _Definition(checks.scopes_forbidden, _SCOPES),
    "P05": _Definition(checks.base_required, {"required": (_codes(Base), ()), "forbidden": (_codes(Base), ())}),
    "P06": _Definition(checks.tier_in, {"tiers": (_tiers, None)}),
    "P07": _Definition(checks.replica_consent, {"least": (_proof, None), "guardian": (_flag, False)}),
    "P08": _Definition(checks.replicas_forbidden, {"kinds": (_codes(PerformerKind), None)}),
    "P09": _Definition(checks.minors_replica_forbidden, {}),
    "P10": _Definition(checks.human_script, {"most": (Degree, "P")}),
    "P11": _Definition(checks.human_principal_performance, {"max_bp": (_basis_points, None)}),
    "P12": _Definition(checks.source_basis_not, {"bases": (_codes(Basis), ("UNKNOWN",))}),
    "P13": _Definition(checks.evidence_required, {"clips": (_count, 1), "recording_counts": (_flag, True)}),
    "P14": _Definition(checks.audience_disclosure_required, {}),
    "P15": _Definition(checks.tools_denied, {"names": (_words, None)}),
    "P16": _Definition(checks.provenance_blocking, {"states": (_words, ())}),
    "P17": _Definition(checks.amend_until, {"day": (date.fromisoformat, None)}),
}


def read_policies(data: Any) -> tuple[Policy, ...]:
    """The policies that a category's JSON holds; raises Invalid with the place of the first mistake."""
    if not isinstance(data, list | tuple):
        raise Invalid("ai_rules", N_("This must be a list."))
    return tuple(_read_policy(item, f"ai_rules.{place}") for place, item in enumerate(data))


def _read_policy(item: Any, at: str) -> Policy:
    code = item.get("code") if isinstance(item, Mapping) else None
    if not isinstance(code, str) or code not in DEFINITIONS:
        raise Invalid(f"{at}.code", N_("There is no such policy. Choose P01 to P17."))
    readers = DEFINITIONS[code].params
    for key in item:
        if key not in ("code", "severity", *readers):
            raise Invalid(f"{at}.{key}", N_("This policy has no such parameter."))
    params = {name: _read(*readers[name], item, name, at) for name in readers}
    return Policy(code, params, _read(Outcome, Outcome.FAIL, item, "severity", at))


def _read(reader: Reader, default: Any, item: Mapping[str, Any], name: str, at: str) -> Any:
    try:
        return reader(item.get(name, default))
    except (ValueError, KeyError, TypeError):
        raise Invalid(f"{at}.{name}", N_("This value does not fit the policy.")) from None


def evaluate(
    policies: Iterable[Policy], ledger: Ledger, evidence: Evidence | None = None, waivers: Iterable[Waiver] = ()
) -> list[PolicyResult]:
    """The result of each policy for the whole work, in the order given."""
    return judge(policies, case_of(ledger, evidence), waivers)


def case_of(ledger: Ledger, evidence: Evidence | None = None) -> Case:
    """A film with what was measured of it, for whoever judges it more than once."""
    return Case(ledger, measure(ledger), evidence or Evidence())


def judge(policies: Iterable[Policy], case: Case, waivers: Iterable[Waiver] = ()) -> list[PolicyResult]:
    """The same for a film that was measured already."""
    granted = {waiver.code: waiver for waiver in waivers}
    return [_judge(policy, case, granted.get(policy.code)) for policy in policies]


def _judge(policy: Policy, case: Case, waiver: Waiver | None) -> PolicyResult:
    unmet = DEFINITIONS[policy.code].check(case, **policy.params)
    if unmet is None:
        return PolicyResult(policy.code, Outcome.PASS)
    outcome = unmet.outcome or policy.severity
    if waiver and outcome in (Outcome.FAIL, Outcome.NEEDS_REVIEW):
        return PolicyResult(policy.code, Outcome.WARN, unmet.message, waiver)
    return PolicyResult(policy.code, outcome, unmet.message)


def overall(results: Iterable[PolicyResult]) -> Outcome:
    """The outcome of several policies together."""
    return worst(result.outcome for result in results)


class HoldReason(StrEnum):
    """Why a film stays out of public view."""

    UNPROVEN = "UNPROVEN"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Hold:
    """A bar on every public use; REFUSED also takes down what is public and opens a case."""

    reason: HoldReason
    message: str


def public_hold(ledger: Ledger) -> Hold | None:
    """The bar that holds for every film whatever its category: an AI-made likeness below a document in proof."""
    real = [performer for performer in ledger.performers if performer.is_real]
    if any(performer.consent in (ConsentStatus.NONE, ConsentStatus.REVOKED) for performer in real):
        return Hold(
            HoldReason.REFUSED, _("A person shown with AI has not agreed or has withdrawn. The film is not public.")
        )
    if any(consent_rank(performer) < CONSENT_RANK[ConsentStatus.DOC] for performer in real):
        return Hold(HoldReason.UNPROVEN, _("The film becomes public once every person shown with AI has signed."))
    return None
