"""Why something of the programme could not be had: somebody else was a moment faster."""

from __future__ import annotations

from portal.errors import PortalError


class SlotTaken(PortalError):
    """Another guest has this part of the talk; the page shows those that are free."""

    status = 409
