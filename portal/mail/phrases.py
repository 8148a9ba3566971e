"""What the states of a mail and the kinds of mails are called, and why one waits."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

from portal import clock
from portal.i18n import N_, city, clock_time, number, translate
from portal.lifecycles import MailState
from portal.mail import pace, quiet
from portal.mail.kinds import KINDS
from portal.settings import Settings

_STATES = {
    MailState.DRAFT: (N_("Held"), "warn"),
    MailState.QUEUED: (N_("Waiting"), "info"),
    MailState.SENDING: (N_("Sending"), "info"),
    MailState.SENT: (N_("Sent"), "ok"),
    MailState.FAILED: (N_("Failed"), "bad"),
    MailState.BOUNCED: (N_("Came back"), "bad"),
    MailState.SUPERSEDED: (N_("Replaced"), ""),
    MailState.CANCELLED: (N_("Cancelled"), ""),
    MailState.KEPT: (N_("In the portal only"), ""),
}


def state_name(state: MailState) -> str:
    """The state in the language in use."""
    return translate(_STATES[state][0])


def state_tag(state: MailState) -> str:
    """The colour of the state's tag."""
    return _STATES[state][1]


def kind_name(kind: str) -> str:
    """What the desk calls a kind of mail; the kind itself where nobody has named it."""
    return translate(KINDS[kind].name) if kind in KINDS else kind


def why_waiting(settings: Settings, mail: Any, full: Collection[str]) -> str:
    """Why a mail does not leave at once, if it is queued; `full` are the domains that got their minute's worth."""
    if mail.state != MailState.QUEUED:
        return ""
    if mail.timezone and (until := morning(settings, mail.timezone)):
        return translate("Waits until {clock} in {city}").format(clock=until, city=city(mail.timezone))
    if mail.domain in full:
        most = number(pace.limit(settings.mail_pace, mail.domain) or 0)
        return translate("Waits its turn: {n} mails a minute to {domain}").format(n=most, domain=mail.domain)
    return ""


def morning(settings: Settings, zone: str) -> str | None:
    """The local time at which quiet hours end in a zone; None where it is not quiet now."""
    end = quiet.ends(settings.quiet_hours, zone, clock.now())
    return clock_time(end, ZoneInfo(zone)) if end else None
