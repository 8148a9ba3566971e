"""Pages of notices: what one was told, how one wants to be told, and the link in a mail's foot."""

from portal.notices.views import notices, settings
from portal.notices.views.blueprint import bp
from portal.notices.views.unsubscribe import bp as unsubscribe
from portal.notices.views.worker import bp as push_worker

__all__ = ["bp", "notices", "push_worker", "settings", "unsubscribe"]
