"""Addresses of pages that a later feature gives, where the portal has them."""

from __future__ import annotations

from flask import current_app, url_for


def elsewhere(endpoint: str, **values: str) -> str | None:
    """The address of a page the programme knows by name alone."""
    return url_for(endpoint, **values) if endpoint in current_app.view_functions else None
