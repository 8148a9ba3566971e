"""Tells the page that publishes the programme how many of our people would hear of each change."""

from __future__ import annotations

from portal.audience import queries
from portal.audience.views.blueprint import bp
from portal.programme.frozen import HEARERS

bp.record_once(lambda state: state.app.extensions.update({HEARERS: queries.hearers}))
