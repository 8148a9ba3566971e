"""The dashboard as the page shows it: numbers, what needs a hand, charts with their findings in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import url_for

from portal import clock, policies
from portal.i18n import N_, _, day, ngettext, number, pick
from portal.jury.desk_queries import ProgressRow
from portal.jury.models import Round
from portal.lifecycles import EntryState
from portal.organizer.figures import Counts, Growth, Worries
from portal.policies import Actor
from portal.web.charts import Bars, Ranked, Ranking, Shares, Trend

LATE_DAYS = 4
_URGENCY = ("bad", "warn", "info")
CRAFT_NAMES = {
    "script": N_("Script"),
    "picture": N_("Picture"),
    "voice": N_("Voice"),
    "music": N_("Music"),
    "editing": N_("Editing"),
}


@dataclass(frozen=True)
class Todo:
    """One thing that needs a hand: words, where to go, and the verb on its button."""

    icon: str
    kind: str
    title: str
    text: str
    href: str
    action: str


def late(rows: Sequence[ProgressRow]) -> list[ProgressRow]:
    """Jurors with films left who have not scored for four days."""
    since = clock.now() - timedelta(days=LATE_DAYS)
    return [
        row for row in rows if row.scored < row.assigned and (row.last_score_at is None or row.last_score_at < since)
    ]


def expected(round_: Round) -> float:
    """The share of the round's time that is gone: where every juror would be at an even pace."""
    if round_.opened_at is None:
        return 0.0
    whole = (round_.due_at - round_.opened_at).total_seconds()
    return min(1.0, (clock.now() - round_.opened_at).total_seconds() / whole) if whole > 0 else 1.0


def todos(
    actor: Actor,
    counts: Counts,
    worries: Worries,
    round_: Round | None,
    pace: Sequence[ProgressRow],
    *,
    to_fill: str | None = None,
) -> list[Todo]:
    """What needs the actor's hand, most urgent first; an empty list is good news.

    `to_fill` is the code of a round with free places.
    """
    judging = _judging_todos(worries, round_, pace) if round_ and policies.enter_judging(actor) else []
    if to_fill and policies.enter_judging(actor):
        judging.append(_place_todo(worries.places_free, to_fill))
    office = [*_entry_todos(counts, worries), *_mail_todos(worries)] if policies.enter_office(actor) else []
    return sorted([*judging, *office], key=lambda todo: _URGENCY.index(todo.kind))


def _judging_todos(worries: Worries, round_: Round, pace: Sequence[ProgressRow]) -> list[Todo]:
    address, slow, conflicts = url_for("rounds.show", code=round_.code), late(pace), worries.conflicts
    left = sum(row.assigned - row.scored for row in slow)
    stopped = ngettext("{n} juror has stopped for four days", "{n} jurors have stopped for four days", len(slow))
    films = ngettext("{n} film left", "{n} films left", left).format(n=left)
    board, told = (url_for(f"progress.{page}", code=round_.code) for page in ("board", "fault_list"))
    faults = ngettext(
        "{n} technical fault waits for an answer", "{n} technical faults wait for an answer", worries.faults
    )
    doubts = ngettext("{n} possible conflict of interest", "{n} possible conflicts of interest", conflicts)
    rows = (
        (len(slow), "clock-alert", "bad", stopped, films, board, _("See the pace")),
        (worries.faults, "file-warning", "warn", faults, "", told, _("Answer")),
        (conflicts, "triangle-alert", "warn", doubts, "", f"{address}#conflicts", _("Settle")),
    )
    return [Todo(icon, kind, title.format(n=n), text, to, verb) for n, icon, kind, title, text, to, verb in rows if n]


def _place_todo(free: int, code: str) -> Todo:
    places = ngettext("{n} place in the selection is free", "{n} places in the selection are free", free)
    why = _("A film was declined, not answered for, or withdrawn.")
    address = url_for("invitations.index", code=code)
    return Todo("mail-check", "warn", places.format(n=free), why, address, _("See"))


def _entry_todos(counts: Counts, worries: Worries) -> list[Todo]:
    confirm, waiting, fixes = worries.refusals_to_confirm, counts.of(EntryState.SUBMITTED), worries.fixes_due
    refusals = ngettext("{n} refusal waits for a second person", "{n} refusals wait for a second person", confirm)
    checks = ngettext("{n} film waits for its eligibility check", "{n} films wait for their eligibility check", waiting)
    due = ngettext("{n} film must be fixed within two days", "{n} films must be fixed within two days", fixes)
    rows = (
        (confirm, "shield-check", "bad", refusals, _("Confirm")),
        (waiting, "inbox", "warn", checks, _("Check")),
        (fixes, "file-warning", "warn", due, _("See")),
    )
    address = url_for("entries.eligibility_queue")
    found = [Todo(icon, kind, text.format(n=n), "", address, verb) for n, icon, kind, text, verb in rows if n]
    return [
        *_hold_todos(worries.holds),
        *found,
        *_review_todos(worries.reviews),
        *_cut_todos(worries.cuts_asked),
        *_change_todos(worries),
    ]


def _hold_todos(standing: int) -> list[Todo]:
    held = ngettext("{n} film is out of public view", "{n} films are out of public view", standing).format(n=standing)
    why = _("A person shown with AI or a guardian has not agreed, or the office holds it.")
    return [Todo("eye-off", "bad", held, why, url_for("entries.holds"), _("See why"))] if standing else []


def _review_todos(n: int) -> list[Todo]:
    films = ngettext("{n} film whose file differs gravely", "{n} films whose file differs gravely", n).format(n=n)
    why = _("What the file says of itself and the form do not agree.")
    return [Todo("file-warning", "warn", films, why, url_for("entries.desk", review="1"), _("Look at it"))] if n else []


def _cut_todos(asked: int) -> list[Todo]:
    cuts = ngettext("{n} new cut waits for an answer", "{n} new cuts wait for an answer", asked).format(n=asked)
    return [Todo("film", "warn", cuts, "", url_for("entries.cuts_asked"), _("Look at it"))] if asked else []


def _change_todos(worries: Worries) -> list[Todo]:
    n = worries.changes_waiting
    text = ngettext("{n} changed disclosure waits", "{n} changed disclosures wait", n).format(n=n)
    why = _("It declares less AI after the deadline.")
    return [Todo("moon", "warn", text, why, url_for("entries.amendments_waiting"), _("Look at it"))] if n else []


def _mail_todos(worries: Worries) -> list[Todo]:
    failed, held = worries.mails_failed, worries.mails_held
    lost = ngettext("{n} mail could not be delivered", "{n} mails could not be delivered", failed)
    waiting = ngettext("{n} mail waits for release", "{n} mails wait for release", held)
    asked = worries.batches_to_confirm
    second = ngettext(
        "{n} large mailing waits for a second person", "{n} large mailings wait for a second person", asked
    )
    rows = (
        (failed, "bad", lost, url_for("mail.outbox", state="failed"), _("See")),
        (asked, "warn", second, url_for("mail.outbox"), _("Confirm")),
        (held, "info", waiting, url_for("mail.outbox", state="draft"), _("Read")),
    )
    return [Todo("mail", kind, title.format(n=n), "", to, verb) for n, kind, title, to, verb in rows if n]


def trend(growth: Growth) -> Trend:
    """Entries started and handed in, with the last two days marked."""
    last = len(growth.days) - 1
    ticks = [(n, day(growth.days[n])) for n in (0, last // 3, 2 * last // 3, last)]
    finding = _("{started} entries started, {received} handed in.").format(
        started=number(growth.started[-1]), received=number(growth.received[-1])
    )
    return Trend(finding, growth.started, growth.received, ticks)


def ranking(round_: Round, rows: Sequence[Any]) -> Ranking | None:
    """The films around the last place inside; None before there are results."""
    films = [
        Ranked(
            row.rank, pick(row.title_ko, row.title_en), row.mean, row.score, row.low, row.high, round(row.p_top * 100)
        )
        for row in rows
    ]
    if not films:
        return None
    finding = _("Corrected scores with 80 % intervals around place {n}.").format(n=round_.places)
    headings = (
        _("Place and film"),
        _("Corrected score and 80 % interval"),
        _("In the top {n}").format(n=round_.places),
    )
    return Ranking(finding, films, round_.places, _("{n} places").format(n=round_.places), headings)


def funnel(counts: Counts) -> Bars:
    """From draft to eligible."""
    items = [
        (_("Started"), counts.started, ""),
        (_("Handed in"), counts.received, ""),
        (_("Checked"), counts.checked, ""),
        (_("Eligible"), counts.of(EntryState.ELIGIBLE), ""),
    ]
    finding = _("{eligible} of {started} entries are eligible.").format(
        eligible=number(counts.of(EntryState.ELIGIBLE)), started=number(counts.started)
    )
    return Bars(finding, items)


def shares(use: dict[str, tuple[int, int, int, int]]) -> Shares:
    """Whole percents of the four phases for each craft; each row sums to 100."""
    crafts = [(_(CRAFT_NAMES[craft]), _percents(values)) for craft, values in use.items()]
    generated = ", ".join(f"{name} {values[3]} %" for name, values in crafts)
    return Shares(_("Share of AI-generated work by craft: {list}.").format(list=generated), crafts)


def _percents(values: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    total = sum(values) or 1
    floors = [value * 100 // total for value in values]
    by_rest = sorted(range(4), key=lambda n: -(values[n] * 100 % total))
    for n in by_rest[: 100 - sum(floors) if sum(values) else 0]:
        floors[n] += 1
    return floors[0], floors[1], floors[2], floors[3]
