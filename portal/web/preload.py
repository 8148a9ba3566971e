"""Does before the fork what every worker process would do on its first requests, so that they share the outcome."""

from __future__ import annotations

import ctypes
import gc

from babel import Locale
from flask import Flask
from sqlalchemy.orm import configure_mappers

from portal import i18n


def preload(app: Flask) -> None:
    """Compile every page, read every catalog, and keep everybody's hands off what the processes share."""
    for name in app.jinja_env.list_templates(filter_func=_is_page):
        app.jinja_env.get_template(name)
    for language in i18n.LANGUAGES:
        i18n.catalog(language)
        assert Locale(language).territories  # read on first use, two megabytes with all a language knows
    configure_mappers()
    gc.collect()
    gc.freeze()
    _return_free_memory()


def _return_free_memory() -> None:
    """Give free pages back: left in the heap, each process would fill them anew and copy what else lies on them."""
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):  # glibc's own
        trim(0)


def _is_page(name: str) -> bool:
    """`feature/view.html`; mails lie one folder deeper and belong to another environment."""
    return name.endswith(".html") and name.count("/") == 1
