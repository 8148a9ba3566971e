"""The language of a page is the first part of its path; elsewhere it is the person's, else the browser's."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, current_app, g, request, url_for

from portal import i18n
from portal.web import current

PREFIX = "/<any(ko, en):lang>"


def init_app(app: Flask) -> None:
    """Take the language out of every address and put it into every link."""

    @app.url_value_preprocessor
    def pull(endpoint: str | None, values: dict[str, Any] | None) -> None:
        found = values.pop("lang", None) if values else None
        i18n.set_locale(found or _preferred())
        g.lang = i18n.language()

    @cache
    def takes_language(endpoint: str) -> bool:
        return _has_language(app, endpoint)

    @app.url_defaults
    def push(endpoint: str, values: dict[str, Any]) -> None:
        if "lang" not in values and takes_language(endpoint):
            values["lang"] = i18n.language()


def _preferred() -> str:
    return request.accept_languages.best_match(i18n.LANGUAGES) or "ko"


def choose() -> str:
    """The language to greet with on a page that has none in its address."""
    me = current.me()
    return me.language if me else _preferred()


def alternates() -> dict[str, str]:
    """This very page in each language, for the switch and for hreflang."""
    if request.endpoint is None or not _has_language(current_app, request.endpoint):
        return {}
    arguments = {**(request.view_args or {}), **request.args.to_dict()}
    arguments.pop("lang", None)
    return {lang: url_for(request.endpoint, lang=lang, **arguments) for lang in i18n.LANGUAGES}


def _has_language(app: Flask, endpoint: str) -> bool:
    return app.url_map.is_endpoint_expecting(endpoint, "lang")
