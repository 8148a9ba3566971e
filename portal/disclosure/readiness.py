"""What keeps a disclosure and its consents from being handed in: the checks V01-V20, and what only the form asks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.disclosure.codes import ConsentStatus, PerformerKind, Scope
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Performer
from portal.disclosure.phrases import name_of
from portal.disclosure.problems import Facts, Problem
from portal.disclosure.rows import living_consent
from portal.disclosure.validation import check
from portal.i18n import translate as _

LEAST_STATEMENT, MOST_STATEMENT = 50, 600
_OF_CONSENT = re.compile(r"parts\.\d+\.performers\.\d+\.(terms|consent)")
_REFUSED = (ConsentStatus.NONE, ConsentStatus.REVOKED)


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the form was begun, and what is missing in it and in the consents."""

    begun: bool
    form: tuple[Problem, ...]
    consents: tuple[Problem, ...]

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """Everything that keeps the entry from being handed in."""
        return tuple(problem for problem in (*self.form, *self.consents) if problem.blocking)


def assess(
    ledger: Ledger, statement: str, performers: Sequence[Sequence[Performer]], facts: Facts, *, begun: bool
) -> Readiness:
    """Every problem, sorted to the task it belongs to; `performers` are those of each part, with their consents."""
    found = check(ledger, facts)
    of_form = [problem for problem in found if not _OF_CONSENT.match(problem.field)]
    of_consents = [problem for problem in found if _OF_CONSENT.match(problem.field)]
    form = (*of_form, *grid_is_complete(ledger), *statement_is_written(statement), *answers_are_signed(ledger))
    asked = [one for place, rows in enumerate(performers) for one in everybody_was_asked(rows, place)]
    unasked = {_performer_in(problem) for problem in asked}
    consents = [*asked, *(problem for problem in of_consents if _performer_in(problem) not in unasked)]
    return Readiness(begun, form, tuple(consents))


def _performer_in(problem: Problem) -> str:
    """The path of the performer; somebody who still has to be asked needs no second complaint."""
    part, _performers, rest = problem.field.partition(".performers.")
    return f"{part}.{rest.partition('.')[0]}"


def grid_is_complete(ledger: Ledger) -> Iterator[Problem]:
    """F01: each scope of the grid has an answer; silence is not "no AI"."""
    for place, part in enumerate(ledger.parts):
        answered = {use.scope for use in part.uses}
        for scope in Scope:
            if scope not in answered:
                message = _("Choose how far AI was used: {scope}").format(scope=name_of(scope))
                yield Problem("F01", True, f"parts.{place}.degrees.{scope}", message)


def statement_is_written(statement: str) -> Iterator[Problem]:
    """F02: what people did is told in a few sentences."""
    if len(statement) < LEAST_STATEMENT:
        message = _("Tell in at least {least} characters what people decided and made.")
        yield Problem("F02", True, "human_statement", message.format(least=LEAST_STATEMENT))
    elif len(statement) > MOST_STATEMENT:
        message = _("Shorten this to {most} characters.")
        yield Problem("F02", True, "human_statement", message.format(most=MOST_STATEMENT))


def answers_are_signed(ledger: Ledger) -> Iterator[Problem]:
    """F03: the creator stands by the answers."""
    if not ledger.attestation:
        yield Problem("F03", True, "attestation", _("Confirm that your answers are complete and true."))


def everybody_was_asked(performers: Sequence[Performer], part: int = 0) -> Iterator[Problem]:
    """F04: everybody recognisable in a part was asked, and nobody has said no."""
    for place, row in enumerate(performers):
        field = f"parts.{part}.performers.{place}.consent"
        if row.kind is PerformerKind.SYN:
            continue
        if row.consent_status in _REFUSED:
            message = _("{name}: has not agreed. Take the person out of the film, or ask once more.")
            yield Problem("F04", True, field, message.format(name=_named(row)))
        elif row.consent_status is ConsentStatus.PENDING and living_consent(row) is None:
            message = _("{name}: consent is needed. Send a link to sign with.")
            yield Problem("F04", True, field, message.format(name=_named(row)))


def _named(row: Performer) -> str:
    return row.name or name_of(row.kind)
