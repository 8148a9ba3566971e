"""Turns a kind of mail and its context into subject, text and HTML, in the recipient's language.

The environment is the mails' own: no Flask, strict about missing values. What people wrote never becomes a header, a
link or markup: subjects lose line breaks, HTML is escaped, and addresses that are not the portal's own are broken up
so that no mail program turns them into links.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from portal import i18n, paths

PATH_LIMIT = 500
SUBJECT_LIMIT = 180
_BREAK = "\u200b"
_LINKISH = re.compile(r"\S+(?:://|\.[a-z]{2,})\S*", re.IGNORECASE)
_PARTS = ("para", "button", "facts", "quote")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's three faces."""

    subject: str
    text: str
    html: str


def render(kind: str, base_url: str, context: dict[str, Any]) -> Rendered:
    """Render the templates of `mail/<kind>/` in the language in use."""
    environment = _environment(base_url)

    def filled(name: str) -> str:
        return environment.get_template(f"mail/{kind}/{name}").render(context)

    return Rendered(
        one_line(filled("subject.txt"))[:SUBJECT_LIMIT], filled("body.txt").strip() + "\n", filled("body.html")
    )


def one_line(text: str) -> str:
    """The text as a header may hold it: no line breaks, no control characters, single spaces."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def first_path(base_url: str, text: str) -> str:
    """Where the first of our own links in a mail's text leads, without the origin; empty when there is none."""
    found = re.search(rf"{re.escape(base_url)}(/\S*)", text)
    return found.group(1)[:PATH_LIMIT] if found else ""


def without_links(base_url: str, value: Any) -> Any:
    """The value with every foreign address broken by zero-width spaces; markup and our own addresses stay whole."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _LINKISH.sub(lambda found: _broken(base_url, found.group()), value)


def _broken(base_url: str, word: str) -> str:
    if word == base_url or word.startswith((f"{base_url}/", f"{base_url}?")):
        return word
    return word.replace("://", f":{_BREAK}//").replace(".", f".{_BREAK}")


@cache
def _environment(base_url: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        autoescape=select_autoescape(enabled_extensions=("html",), default_for_string=False, default=False),
        undefined=StrictUndefined,
        finalize=partial(without_links, base_url),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(_=i18n.translate, ngettext=i18n.ngettext, pick=i18n.pick, language=i18n.language)
    environment.filters.update(
        day=i18n.day,
        clock_time=i18n.clock_time,
        moment=i18n.moment,
        duration=i18n.duration,
        number=i18n.number,
        file_size=i18n.file_size,
    )
    parts = environment.get_template("mail/parts.html").module
    environment.globals.update({name: getattr(parts, name) for name in _PARTS})
    return environment
