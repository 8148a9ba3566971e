"""Commands of the audience: book, wait, accept, cancel, enter."""

from portal.audience.service.booking import Ask, book, cancel, send_again
from portal.audience.service.door import CheckedIn, check_in, undo_check_in
from portal.audience.service.news import tell
from portal.audience.service.offers import accept, turn_over

__all__ = [
    "Ask",
    "CheckedIn",
    "accept",
    "book",
    "cancel",
    "check_in",
    "send_again",
    "tell",
    "turn_over",
    "undo_check_in",
]
