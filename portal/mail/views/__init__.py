"""Pages of mails: the desk's outbox and its batches, what came back, and the mailbox of a local installation."""

from portal.mail.views import batches, wordings
from portal.mail.views.bounces import reports
from portal.mail.views.mailbox import bp as mailbox
from portal.mail.views.outbox import bp

__all__ = ["batches", "bp", "mailbox", "reports", "wordings"]
