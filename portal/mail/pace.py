"""How many mails a minute a domain takes from us before it takes us for a nuisance. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

WINDOW = timedelta(minutes=1)
Pace = tuple[tuple[str, int], ...]
"""Mails a minute by domain; `*` speaks of every other domain."""


def limit(pace: Pace, domain: str) -> int | None:
    """How many mails a minute may leave for the domain; None for as many as there are."""
    known = dict(pace)
    return known.get(domain, known.get("*"))


def full(pace: Pace, left: Mapping[str, int]) -> list[str]:
    """The domains that got their minute's worth; `left` counts by domain what left within the last minute."""
    return [domain for domain, count in left.items() if (most := limit(pace, domain)) is not None and count >= most]
