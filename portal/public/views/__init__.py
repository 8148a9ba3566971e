"""Pages everybody may read."""

from portal.public.views import calls, films, words
from portal.public.views.blueprint import bp
from portal.public.views.home import front

__all__ = ["bp", "calls", "films", "front", "words"]
