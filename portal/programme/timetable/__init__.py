"""The rules of a plan: what clashes, how badly, and the one step that mends it. Pure."""

from portal.programme.timetable.board import Board
from portal.programme.timetable.fixes import Fix, Step, applied, fix, no_step
from portal.programme.timetable.plan import (
    CHANGEOVER,
    HARD,
    STEP,
    Engaged,
    Finding,
    Room,
    Rule,
    Show,
    Standing,
    at,
    clock_of,
    midnight_of,
    minutes,
    written,
)

__all__ = [
    "CHANGEOVER",
    "HARD",
    "STEP",
    "Board",
    "Engaged",
    "Finding",
    "Fix",
    "Room",
    "Rule",
    "Show",
    "Standing",
    "Step",
    "applied",
    "at",
    "clock_of",
    "fix",
    "midnight_of",
    "minutes",
    "no_step",
    "written",
]
