"""The frame around the wizard's pages: the rail with its countdown and tasks, and the way to the next task."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from portal import i18n
from portal.entries import checklist, queries, service
from portal.entries.checklist import Item, Mark, Task
from portal.entries.classroom import queries as classroom
from portal.entries.deadline import days_left
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.i18n import ngettext, pick, translate
from portal.lifecycles import EntryState
from portal.web import current
from portal.web.pages import page

_ = translate
_KINDS = {
    Mark.DONE: "ok",
    Mark.LEFT: "warn",
    Mark.STARTED: "warn",
    Mark.UPLOADING: "info",
    Mark.CHECKING: "info",
    Mark.BLOCKED: "",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A task as the task list draws it."""

    title: str
    href: str | None
    state: str
    kind: str
    current: bool


@dataclass(frozen=True, slots=True)
class Countdown:
    """Until when, in the forms the countdown needs."""

    days: int
    when: str
    iso: str
    passed: bool


@dataclass(frozen=True, slots=True)
class Rail:
    """Everything the rail shows."""

    title: str
    meta: str
    countdown: Countdown
    groups: list[tuple[str, list[Line]]]
    done: int
    total: int
    percent: int


def title_of(entry: Entry) -> str:
    """The entry's title in the reader's language, or its number while it has none."""
    return pick(entry.title_ko, entry.title_en) or entry.number


def countdown(until: datetime) -> Countdown:
    """How long there is until a moment, by the server's clock."""
    at = current.arrived_at()
    return Countdown(days_left(until, at=at), i18n.moment(until), until.isoformat(), at >= until)


def ago(moment: datetime) -> str:
    """How long ago something was, as one says it; after an hour the day and time."""
    minutes = int((current.arrived_at() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return ngettext("{n} min ago", "{n} min ago", minutes).format(n=minutes)
    return _("on {moment}").format(moment=i18n.moment(moment))


def may_edit(entry: Entry, task: Task) -> bool:
    """Whether the task's page takes changes now."""
    session, at = current.session(), current.arrived_at()
    try:
        if task is Task.AI:
            service.require_disclosable(session, entry, at=at)
        else:
            service.require_editable(session, entry, task, at=at)
    except Invalid:
        return False
    return True


def items_of(entry: Entry, known: queries.Known | None = None) -> tuple[Item, ...]:
    """How the entry's tasks stand, by the rows a page already knows or by fresh ones."""
    at_work = entry.state in (EntryState.DRAFT, EntryState.NEEDS_FIX)
    known = known or queries.known_of(current.session(), entry)
    return checklist.assess(queries.material(entry, known), handed_in=not at_work)


def rail(entry: Entry, items: tuple[Item, ...], task: Task | None) -> Rail:
    """The rail of an entry, with the task at hand marked."""
    by_task, carried = {item.task: item for item in items}, _carried(entry)
    groups = [
        (_(title), [_line(entry, by_task[one], one is task, one in carried) for one in tasks])
        for title, tasks in checklist.GROUPS
    ]
    until = entry.fix_due_at if entry.state == EntryState.NEEDS_FIX and entry.fix_due_at else entry.call.closes_at
    category = pick(entry.category.name_ko, entry.category.name_en)
    return Rail(
        title_of(entry),
        f"{category} · {entry.number}",
        countdown(until),
        groups,
        **checklist.standing_of(items),
    )


def _carried(entry: Entry) -> frozenset[Task]:
    """The tasks of a promoted draft whose answers are still those that came along from the class."""
    if entry.state != EntryState.DRAFT or entry.cohort_id is None or entry.in_class:
        return frozenset()
    return classroom.carried(current.session(), entry)


def _line(entry: Entry, item: Item, is_current: bool, carried: bool) -> Line:
    closed = entry.state == EntryState.NEEDS_FIX and item.task is not Task.REVIEW and item.task not in entry.fix_items
    href = None if closed else url_for(f"entries.{item.task}", number=entry.number)
    state = _("Carried over") if carried and item.done else state_text(item)
    return Line(item.title, href, state, _KINDS[item.mark], is_current)


def state_text(item: Item) -> str:
    """How a task stands, in the few words of the task list."""
    if item.mark is Mark.UPLOADING:
        return _("Uploading {n}%").format(n=item.percent)
    if item.mark is Mark.LEFT and item.gaps:
        return ngettext("{n} left", "{n} left", len(item.gaps)).format(n=len(item.gaps))
    return {
        Mark.DONE: _("Done"),
        Mark.STARTED: _("In progress"),
        Mark.CHECKING: _("Being checked"),
        Mark.BLOCKED: _("Not yet"),
        Mark.LEFT: _("Ready"),
    }[item.mark]


def task_page(
    entry: Entry,
    task: Task,
    *,
    status: int = 200,
    block: str | None = None,
    editable: bool | None = None,
    known: queries.Known | None = None,
    template: str | None = None,
    **context: Any,
) -> Response:
    """The page of one task inside the frame; `editable` is asked of the deadline unless the task knows better."""
    items = items_of(entry, known)
    return page(
        f"entries/{template or task}.html",
        block=block,
        status=status,
        entry=entry,
        task=task,
        place=checklist.ORDER.index(task) + 1,
        items=items,
        missing=checklist.missing(items),
        rail=rail(entry, items, task),
        editable=may_edit(entry, task) if editable is None else editable,
        **context,
    )


def onward(entry: Entry, task: Task, *, later: bool) -> ResponseReturnValue:
    """To the next task after a save, or back to the list for those who carry on later."""
    flash(_("Saved."), "success")
    if later:
        return redirect(url_for("entries.show", number=entry.number))
    following = checklist.ORDER[min(checklist.ORDER.index(task) + 1, len(checklist.ORDER) - 1)]
    return redirect(url_for(f"entries.{following}", number=entry.number))
