"""The doors of media: `/files/` takes uploads, `/media/` and `/pictures/` give files out. All check tickets alone."""

from portal.media.views.delivery import bp as delivery
from portal.media.views.uploads import bp as uploads

__all__ = ["delivery", "uploads"]
