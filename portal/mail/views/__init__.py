"""Pages of mails: the desk's outbox, what came back, and the mailbox of a local installation."""

from portal.mail.views.bounces import reports
from portal.mail.views.mailbox import bp as mailbox
from portal.mail.views.outbox import bp

__all__ = ["bp", "mailbox", "reports"]
