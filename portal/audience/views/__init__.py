"""Pages of the audience: booking, tickets, the waiting list; and of the staff at the door."""

from portal.audience.views import (
    booking,
    desk,
    door,
    entrance,
    evening,
    groups,
    hearing,
    house,
    moves,
    quotas,
    ticket,
    waitlist,
)
from portal.audience.views.blueprint import bp

__all__ = [
    "booking",
    "bp",
    "desk",
    "door",
    "entrance",
    "evening",
    "groups",
    "hearing",
    "house",
    "moves",
    "quotas",
    "ticket",
    "waitlist",
]
