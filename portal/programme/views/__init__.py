"""Pages of the programme: the desk's, the guests' and the public's."""

from portal.programme.views import (
    embed,
    engagements,
    exports,
    guests,
    materials,
    packages,
    places,
    placings,
    plan,
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
    "embed",
    "engagements",
    "exports",
    "guests",
    "materials",
    "packages",
    "places",
    "placings",
    "plan",
    "public",
    "releases",
    "runsheet",
    "schedule",
    "screenings",
    "slots",
    "talks",
]
