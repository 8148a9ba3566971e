"""Why seats could not be had: somebody else was a moment faster, or an offer has run out."""

from __future__ import annotations

from portal.errors import PortalError


class Full(PortalError):
    """The party does not fit into the seats that are left; the waiting list is open."""

    status = 409

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} left")
        self.left = left


class OfferGone(PortalError):
    """The offered seats were not taken in time, or have been given back."""

    status = 409
