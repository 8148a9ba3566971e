"""Commands of the programme: places, packages, screenings, talks, releases."""

from portal.programme.service.answers import answer
from portal.programme.service.conversations import Invited, invite, plan_talk, remove_talk
from portal.programme.service.packages import (
    PackageDraft,
    add_film,
    create_package,
    edit_package,
    remove_film,
    shift_film,
)
from portal.programme.service.places import HallDraft, VenueDraft, add_hall, add_venue, edit_hall, edit_venue
from portal.programme.service.releases import Preview, preview, release
from portal.programme.service.screenings import cancel, confirm, move, place, set_booking, set_seats, unconfirm, unplace

__all__ = [
    "HallDraft",
    "Invited",
    "PackageDraft",
    "Preview",
    "VenueDraft",
    "add_film",
    "add_hall",
    "add_venue",
    "answer",
    "cancel",
    "confirm",
    "create_package",
    "edit_hall",
    "edit_package",
    "edit_venue",
    "invite",
    "move",
    "place",
    "plan_talk",
    "preview",
    "release",
    "remove_film",
    "remove_talk",
    "set_booking",
    "set_seats",
    "shift_film",
    "unconfirm",
    "unplace",
]
