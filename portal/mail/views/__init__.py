"""Pages of mails: the desk's outbox, and the mailbox of a local installation."""

from portal.mail.views.mailbox import bp as mailbox
from portal.mail.views.outbox import bp

__all__ = ["bp", "mailbox"]
