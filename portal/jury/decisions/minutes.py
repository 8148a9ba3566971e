"""The minutes of a round as a paper: who judged how much and how, the ranking around the cut, who decided what.

The round's own rule on what jurors show of themselves holds here, too: seats stand by their labels alone where people
are hidden.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from portal import i18n
from portal.i18n import N_, ngettext, number, pick
from portal.i18n import translate as _
from portal.jury.conflicts.models import ConflictState
from portal.jury.decisions import phrases
from portal.jury.decisions.record import Minutes
from portal.jury.models import Hidden
from portal.jury.phrases import outcome_text, round_state
from portal.pdf import Block, Heading, Paragraph, Table

_LIGHTS = {
    "green": N_("well connected: the jurors' films overlap enough to compare them"),
    "amber": N_("weakly connected: what a juror's strictness was taken for is cautious"),
    "red": N_("not connected: ranks hold only among films that share jurors"),
}


def title(found: Minutes) -> str:
    """What the paper is called."""
    return _("Minutes: {round}").format(round=pick(found.round.name_ko, found.round.name_en))


def paragraphs(found: Minutes) -> list[Block]:
    """The minutes in the language in use."""
    return [
        Heading(title(found), 1),
        *_meeting(found),
        *_panels(found),
        *_method(found),
        *_cut(found),
        *_quotas(found),
        *_decided(found),
        *_trail(found),
    ]


def _meeting(found: Minutes) -> list[Block]:
    meeting = found.round.meeting
    lines = [
        f"{_('When')}: {meeting.get('when') or '–'}",
        f"{_('Where')}: {meeting.get('where') or '–'}",
        f"{_('Present')}: {meeting.get('present') or '–'}",
        f"{_('State of the round')}: {round_state(found.round.state)[0]}",
    ]
    blocks: list[Block] = [Heading(_("The meeting")), Paragraph("\n".join(lines))]
    if meeting.get("notes"):
        blocks.append(Paragraph(str(meeting["notes"])))
    return blocks


def _panels(found: Minutes) -> list[Block]:
    hidden = Hidden.PEOPLE in found.round.hidden
    rows = [
        [pick(one.name_ko, one.name_en), one.label if hidden else f"{one.label} {_shown(one)}", number(one.seen)]
        for one in found.jurors
    ]
    films = ngettext("{n} film", "{n} films", found.films).format(n=number(found.films))
    viewings = ngettext("{n} viewing", "{n} viewings", found.viewings).format(n=number(found.viewings))
    conflicts = _("Conflicts: {confirmed} confirmed, {dismissed} dismissed, {hinted} open; {recused} recusals.").format(
        confirmed=found.conflicts[ConflictState.CONFIRMED.value],
        dismissed=found.conflicts[ConflictState.DISMISSED.value],
        hinted=found.conflicts[ConflictState.HINTED.value],
        recused=found.recusals,
    )
    head = [_("Panel"), _("Juror"), _("Films watched")]
    return [Heading(_("Panels")), Paragraph(f"{films}, {viewings}. {conflicts}"), Table(head, rows, (45, 35, 20))]


def _shown(person: Any) -> str:
    latin = f"{person.latin_family} {person.latin_given}".strip()
    return str(person.native_name if i18n.language() == "ko" or not latin else latin)


def _method(found: Minutes) -> list[Block]:
    note = found.round.results_note
    light = _LIGHTS.get(str(note.get("connectivity", "")))
    lines = [
        _("Every film keeps the mean of its own jurors; how strict or generous each of them is was taken off first."),
        _("Method: {method}").format(method=note.get("method", "–")),
    ]
    if light is not None:
        measure = f"{float(note.get('lambda2') or 0):.3f}"
        lines.append(_("Connection of the jurors (lambda2 {value}): {light}").format(value=measure, light=_(light)))
    return [Heading(_("How it was judged")), Paragraph("\n".join(lines))]


def _cut(found: Minutes) -> list[Block]:
    if not found.around:
        return []
    head = [_("Rank"), _("Film"), _("Scores"), _("Mean"), _("Corrected"), _("80 % interval"), _("In the top")]
    rows = [
        [
            *(number(one.place), f"{pick(one.title_ko, one.title_en)} {one.number}", number(one.n)),
            *(f"{one.mean:.2f}", f"{one.score:.2f}", f"{one.low:.2f} – {one.high:.2f}", f"{one.p_top * 100:.0f} %"),
        ]
        for one in found.around
    ]
    heading = _("The ranking around place {n}").format(n=found.round.places)
    blocks: list[Block] = [Heading(heading), Table(head, rows, (8, 38, 9, 9, 12, 14, 10))]
    if found.tiebreaks:
        order = [[number(one.rank), f"{pick(one.title_ko, one.title_en)} {one.number}"] for one in found.tiebreaks]
        blocks += [Paragraph(_("The jurors put these films in order in a tie-break:"))]
        blocks += [Table([_("Rank"), _("Film")], order, (10, 90))]
    return blocks


def _quotas(found: Minutes) -> list[Block]:
    if not found.standings:
        return []
    head = [_("What is counted"), _("Quota"), _("Selected"), _("State")]
    rows = [
        [
            *(phrases.quota_name(one.bound, found.kinds), phrases.bound_text(one.bound)),
            *(phrases.figure_text(one), phrases.verdict(one)[0]),
        ]
        for one in found.standings
    ]
    return [Heading(_("Quotas")), Table(head, rows, (40, 30, 15, 15))]


def _decided(found: Minutes) -> list[Block]:
    releases = [Paragraph(_release(found, one)) for one in found.round.meeting.get("releases", [])]
    blocks: list[Block] = [Heading(_("Decisions")), *releases]
    if not found.decisions:
        return [*blocks, Paragraph(_("Nothing has been decided yet."))]
    head = [_("Film"), _("Rank"), _("Decision"), _("Decided by"), _("Released by")]
    rows = [
        [
            f"{pick(one.title_ko, one.title_en)} {one.number}",
            number(one.place) if one.place else "–",
            outcome_text(one.outcome)
            + (f" ({_('in the place of {number}').format(number=one.replaces)})" if one.replaces else ""),
            _signed(found, one.decided_by_id, one.decided_at),
            _signed(found, one.released_by_id, one.announced_at if one.released_by_id else None),
        ]
        for one in found.decisions
    ]
    return [*blocks, Table(head, rows, (34, 8, 16, 21, 21))]


def _release(found: Minutes, one: dict[str, Any]) -> str:
    when = i18n.moment(datetime.fromisoformat(one["at"]), year=True)
    by = found.names.get(one["by"], "–")
    count: int = one["count"]
    text = ngettext("{n} decision released on {when} by {by}.", "{n} decisions released on {when} by {by}.", count)
    said = text.format(n=number(count), when=when, by=by)
    return f"{said} {_('Why quotas were not kept: {reason}').format(reason=one['reason'])}" if one["quotas"] else said


def _signed(found: Minutes, person_id: int | None, at: datetime | None) -> str:
    if at is None:
        return "–"
    return f"{found.names.get(person_id or 0, '–')}\n{i18n.moment(at, year=True)}"


def _trail(found: Minutes) -> list[Block]:
    text = _("This paper follows the audit trail up to record {n}, whose digest is {digest}.")
    return [Heading(_("Audit trail")), Paragraph(text.format(n=found.audit_seq, digest=found.audit_digest))]
