"""Commands of the audience: book, wait, accept, cancel, enter."""

from portal.audience.service.booking import Ask, book, cancel, send_again
from portal.audience.service.clockwork import turn_over
from portal.audience.service.door import CheckedIn, check_in, undo_check_in
from portal.audience.service.evening import begin, end, films_go_on, films_over
from portal.audience.service.news import go_to_another, keep, release_unanswered, tell
from portal.audience.service.offers import accept
from portal.audience.service.scans import report
from portal.audience.service.verification import verify
from portal.audience.service.walkins import walk_in

__all__ = [
    "Ask",
    "CheckedIn",
    "accept",
    "begin",
    "book",
    "cancel",
    "check_in",
    "end",
    "films_go_on",
    "films_over",
    "go_to_another",
    "keep",
    "release_unanswered",
    "report",
    "send_again",
    "tell",
    "turn_over",
    "undo_check_in",
    "verify",
    "walk_in",
]
