"""Pages of the hall: the audience's phone, the moderator's desk, the projector, the ballot, the report."""

from portal.live.views.blueprint import bp

__all__ = ["bp"]
