"""Does before the fork what every worker process would do on its first requests, so that they share the outcome."""

from __future__ import annotations

import gc

from flask import Flask
from sqlalchemy.orm import configure_mappers

from portal import i18n


def preload(app: Flask) -> None:
    """Compile every page, read every catalog, and keep the collector's hands off what the processes share."""
    for name in app.jinja_env.list_templates(filter_func=_is_page):
        app.jinja_env.get_template(name)
    for language in i18n.LANGUAGES:
        i18n.catalog(language)
    configure_mappers()
    gc.collect()
    gc.freeze()


def _is_page(name: str) -> bool:
    """`feature/view.html`; mails lie one folder deeper and belong to another environment."""
    return name.endswith(".html") and name.count("/") == 1
