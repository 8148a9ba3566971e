"""Addresses of pages that a later feature gives, where the portal has them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from flask import current_app, url_for
from sqlalchemy.orm import Session

from portal.programme.frozen import HEARERS

Hearers = Callable[[Session, Collection[str]], Mapping[str, int]]


def elsewhere(endpoint: str, **values: Any) -> str | None:
    """The address of a page the programme knows by name alone."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def hearers(session: Session, codes: Collection[str]) -> Mapping[str, int]:
    """How many seat holders and people on waiting lists that is; nobody where no feature knows."""
    count: Hearers | None = current_app.extensions.get(HEARERS)
    return count(session, codes) if count else {}
