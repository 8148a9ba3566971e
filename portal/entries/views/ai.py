"""The tasks of the disclosure and the consents, inside the wizard's frame."""

from __future__ import annotations

from flask import Response

from portal import policies
from portal.entries import queries
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.blueprint import bp
from portal.web.access import guard


@bp.get("/entries/<number>/ai")
@guard(policies.own_entry, load=queries.entry_by_number)
def ai(entry: Entry) -> Response:
    """Where and how much AI was used."""
    return frame.task_page(entry, Task.AI)


@bp.get("/entries/<number>/consents")
@guard(policies.own_entry, load=queries.entry_by_number)
def consents(entry: Entry) -> Response:
    """The consent of everybody whose face or voice was recreated or changed."""
    return frame.task_page(entry, Task.CONSENTS)
