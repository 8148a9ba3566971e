"""Pages of the programme: the desk's, the guests' and the public's."""

from portal.programme.views import (
    guests,
    materials,
    packages,
    places,
    public,
    releases,
    runsheet,
    schedule,
    screenings,
    slots,
    talks,
)
from portal.programme.views.blueprint import bp

__all__ = [
    "bp",
    "guests",
    "materials",
    "packages",
    "places",
    "public",
    "releases",
    "runsheet",
    "schedule",
    "screenings",
    "slots",
    "talks",
]
