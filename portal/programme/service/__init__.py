"""Commands of the programme: places, packages, screenings, talks, releases."""

from portal.programme.service.answers import answer, leave_statement, mark
from portal.programme.service.cancelling import (
    ask_cancellation,
    cancel,
    confirm_cancellation,
    take_back_cancellation,
)
from portal.programme.service.conversations import Invited, invite, plan_talk, remind, remove_talk
from portal.programme.service.mending import mend
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
from portal.programme.service.screenings import (
    confirm,
    move,
    place,
    set_booking,
    set_seats,
    set_slot,
    unconfirm,
    unplace,
)
from portal.programme.service.slots import edit_slot, give_back_slot, make_slots, remove_slot, take_slot
from portal.programme.service.talk_states import (
    begin_talk,
    close_questions,
    close_talk,
    confirm_talk,
    open_questions,
    publish_talk,
    reopen_talk,
    unbegin_talk,
    unconfirm_talk,
    unpublish_talk,
)

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
    "ask_cancellation",
    "begin_talk",
    "cancel",
    "close_questions",
    "close_talk",
    "confirm",
    "confirm_cancellation",
    "confirm_talk",
    "create_package",
    "edit_hall",
    "edit_package",
    "edit_slot",
    "edit_venue",
    "give_back_slot",
    "invite",
    "leave_statement",
    "make_slots",
    "mark",
    "mend",
    "move",
    "open_questions",
    "place",
    "plan_talk",
    "preview",
    "publish_talk",
    "release",
    "remind",
    "remove_film",
    "remove_slot",
    "remove_talk",
    "reopen_talk",
    "set_booking",
    "set_seats",
    "set_slot",
    "shift_film",
    "take_slot",
    "unbegin_talk",
    "take_back_cancellation",
    "unconfirm",
    "unconfirm_talk",
    "unplace",
    "unpublish_talk",
]
