"""Pages of the hall: the audience's phone, the moderator's desk, the projector, the ballot, the report."""

from portal.live.views import ballot, ballot_desk, floor, moderation, reactions, stage, written
from portal.live.views.blueprint import bp, wall_door

__all__ = ["ballot", "ballot_desk", "bp", "floor", "moderation", "reactions", "stage", "wall_door", "written"]
