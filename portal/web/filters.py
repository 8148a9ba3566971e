"""What every template may use: words, dates, numbers, hashed static addresses, components."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from flask import Flask, url_for
from jinja2 import StrictUndefined

from portal import clock, i18n, paths
from portal.web import components, current, headers, language
from portal.web.context import PageContext


@cache
def _static_address(path: str, modified: int) -> str:
    fingerprint = hashlib.sha256((paths.STATIC / path).read_bytes()).hexdigest()[:12]
    return url_for("static", filename=path, v=fingerprint)


def static_url(path: str) -> str:
    """The address of a static file with its content's hash, so that it can be cached for a year.

    In production files do not change under a running process; at home somebody may be editing them.
    """
    modified = (paths.STATIC / path).stat().st_mtime_ns if current.settings().local else 0
    return _static_address(path, modified)


def init_app(app: Flask) -> None:
    """Make the environment strict and give it the portal's globals, formats and component macros."""
    environment = app.jinja_env
    environment.undefined = StrictUndefined
    environment.context_class = PageContext
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.add_extension("jinja2.ext.i18n")
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        i18n.translate, i18n.ngettext, newstyle=False
    )
    environment.globals.update(
        _=i18n.translate,
        ngettext=i18n.ngettext,
        pick=i18n.pick,
        language=i18n.language,
        now=clock.now,
        static_url=static_url,
        nonce=headers.nonce,
    )
    components.register(environment)
    app.context_processor(_of_this_request)


def _of_this_request() -> dict[str, Any]:
    return {
        "lang": i18n.language(),
        "lang_urls": language.alternates(),
        "signed_in": current.actor().signed_in,
        "me": current.me(),
    }
