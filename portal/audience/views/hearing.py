"""Tells the page that publishes the programme how many of our people would hear of each change."""

from __future__ import annotations

from portal.audience import queries
from portal.audience.views.blueprint import bp
from portal.programme.views.elsewhere import counts_hearers

bp.record_once(lambda state: counts_hearers(state.app.extensions, queries.hearers))
