"""Pages everybody may read."""

from portal.public.views import awards, calls, films, labels, words
from portal.public.views.blueprint import bp
from portal.public.views.home import front

__all__ = ["awards", "bp", "calls", "films", "front", "labels", "words"]
