"""The reads of entries: one's own, the desk's, a receipt's, and what the tasks are judged by."""

from portal.entries.queries.classes import call_of, cohort_rows, showcase_rows
from portal.entries.queries.desk import (
    Filters,
    desk_categories,
    desk_rows,
    latest_words,
    log_of,
    open_verdict,
    open_verdicts,
    queue,
    state_counts,
    verdicts,
)
from portal.entries.queries.entry import (
    EDITED,
    enterable,
    entry_by_number,
    last_edit,
    latest_receipt,
    member_by_token,
    own_rows,
    people_of,
    receipt_by_number,
    sign_offs,
    visible_to,
)
from portal.entries.queries.known import Before, Known, before_submission, film_on_its_way, known_of
from portal.entries.queries.limits import entered, entries_counted
from portal.entries.queries.material import facts_of, film_of, material
from portal.media.queries import living_assets

__all__ = [
    "EDITED",
    "Before",
    "Filters",
    "Known",
    "before_submission",
    "call_of",
    "cohort_rows",
    "desk_categories",
    "desk_rows",
    "enterable",
    "entered",
    "entries_counted",
    "entry_by_number",
    "facts_of",
    "film_of",
    "film_on_its_way",
    "known_of",
    "last_edit",
    "latest_receipt",
    "latest_words",
    "living_assets",
    "log_of",
    "material",
    "member_by_token",
    "open_verdict",
    "open_verdicts",
    "own_rows",
    "people_of",
    "queue",
    "receipt_by_number",
    "showcase_rows",
    "sign_offs",
    "state_counts",
    "verdicts",
    "visible_to",
]
