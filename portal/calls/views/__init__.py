"""Pages of the calls' desk and of the edition's team."""

from portal.calls.views import categories, desk, team
from portal.calls.views.blueprint import bp

__all__ = ["bp", "categories", "desk", "team"]
