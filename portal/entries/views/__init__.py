"""The creators' desk, the mentors' queue, receipts, and the organizers' pages about entries."""

from portal.entries.views import (
    consents,
    cuts,
    desk,
    disclosure,
    dock,
    drafts,
    eligibility,
    film,
    images,
    makers,
    papers,
    receipts,
    replacement,
    school,
    submission,
    tasks,
    team,
)
from portal.entries.views.blueprint import bp

__all__ = [
    "bp",
    "consents",
    "cuts",
    "desk",
    "disclosure",
    "dock",
    "drafts",
    "eligibility",
    "film",
    "images",
    "makers",
    "papers",
    "receipts",
    "replacement",
    "school",
    "submission",
    "tasks",
    "team",
]
