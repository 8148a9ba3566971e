"""Unsubscribing without signing in: the link in a mail's foot, and the button of mail programs (RFC 8058)."""

from __future__ import annotations

from collections.abc import Mapping

from portal.links import Links
from portal.mail.kinds import kind_of
from portal.mail.models import Topic, Way

DAILY = "daily"
"""Stands for all topics that come in the daily letter, as that letter's own topic."""


def topic_of(kind: str) -> str | None:
    """What unsubscribing from a mail of this kind ends; None where it always comes."""
    if kind == "digest":
        return DAILY
    topic = kind_of(kind).topic
    return topic.value if topic else None


def link(links: Links, kind: str, address: str) -> str | None:
    """Where the reader of such a mail says how they want the next one, in the language in use."""
    topic = topic_of(kind)
    return links.unsubscribe(address, topic) if topic else None


def headers(links: Links, kind: str, address: str) -> bytes:
    """The header lines by which a mail program shows its own button; the same mail always has the same.

    As bytes, because Python's generator writes a long address as an encoded word, which no mail program follows.
    """
    found = link(links, kind, address)
    if found is None:
        return b""
    return f"List-Unsubscribe: <{found}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n".encode("ascii")


def topics(topic: str, ways: Mapping[Topic, Way]) -> tuple[Topic, ...]:
    """The topics that such a link speaks of, for an address with these ways."""
    if topic != DAILY:
        return (Topic(topic),)
    return tuple(one for one, way in ways.items() if way == Way.DIGEST)
