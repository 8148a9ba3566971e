"""The doors of media: `/files/` takes uploads, `/media/` and `/pictures/` give files out, `/viewings/` hears players.

All check tickets alone.
"""

from portal.media.views.delivery import bp as delivery
from portal.media.views.uploads import bp as uploads
from portal.media.views.viewings import bp as viewings

__all__ = ["delivery", "uploads", "viewings"]
