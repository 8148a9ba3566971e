"""Turns a kind of mail and its context into subject, text and HTML, in the recipient's language.

The environment is the mails' own: no Flask, strict about missing values. What people wrote never becomes a header, a
link or markup: subjects lose line breaks, HTML is escaped, and addresses that are not the portal's own are broken up
so that no mail program turns them into links.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, partial
from html import unescape
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from portal import i18n, paths
from portal.mail import unsubscribe
from portal.mail.kinds import folder_of
from portal.mail.wordings.placeholders import EDITABLE

PATH_LIMIT = 500
SUBJECT_LIMIT = 180
SENDER = "[P.A.N]"
"""What every subject begins with."""
COLUMNS = 72
_BREAK = "\u200b"
_WORD, _LINKISH = re.compile(r"\S+"), re.compile(r"\S(?:://|\.[a-z]{2,})", re.IGNORECASE)
_PARTS = ("para", "button", "facts", "quote")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's three faces."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Words:
    """What an edition says instead of a kind's own words, in one language; paragraphs are split by blank lines."""

    subject: str
    body: str


def render(kind: str, base_url: str, context: dict[str, Any], words: Words | None = None) -> Rendered:
    """Render the templates of the kind's folder in the language in use, with the edition's own words where it has some.

    Those are filled in by their placeholders, never as a template.
    """
    context = {"unsubscribe": unsubscribe.link(context["links"], kind, context["recipient"].email), **context}
    folder = f"mail/{folder_of(kind)}"

    def filled(name: str, **more: Any) -> str:
        return _environment(base_url).get_template(name).render(context, **more)

    if words is None:
        subject, text, html = (filled(f"{folder}/{name}") for name in ("subject.txt", "body.txt", "body.html"))
    else:
        kept = EDITABLE[kind]
        subject = f"{SENDER} {without_links(base_url, kept.line(words.subject, context))}"
        paragraphs = kept.paragraphs(words.body, context)
        text = filled("mail/words.txt", builtin=f"{folder}/body.txt", words=paragraphs)
        html = filled("mail/words.html", builtin=f"{folder}/body.html", words=paragraphs)
    return Rendered(one_line(subject)[:SUBJECT_LIMIT].rstrip(), folded(text.strip()) + "\n", html)


def own_words(kind: str, base_url: str, context: dict[str, Any]) -> Words:
    """The portal's words of a kind in the language in use, filled with the context's values."""
    environment = _environment(base_url)
    template = environment.get_template(f"mail/{folder_of(kind)}/body.txt")
    body = "".join(template.blocks["words"](template.new_context(context))).strip()
    subject = environment.get_template(f"mail/{folder_of(kind)}/subject.txt").render(context)
    return Words(one_line(subject).removeprefix(SENDER).strip(), body)


def folded(text: str) -> str:
    """The text in lines of at most COLUMNS columns, broken between words; addresses and single words stay whole."""
    return "\n".join(line for long in text.split("\n") for line in _folded(long))


def _folded(line: str) -> list[str]:
    if len(line) * 2 <= COLUMNS or _columns(line) <= COLUMNS:
        return [line]
    made = [""]
    for word in line.split(" "):
        longer = f"{made[-1]} {word}" if made[-1] else word
        if made[-1] and _columns(longer) > COLUMNS:
            made.append(word)
        else:
            made[-1] = longer
    return made


def _columns(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def one_line(text: str) -> str:
    """The text as a header may hold it: no line breaks, no control characters, single spaces."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def first_path(base_url: str, html: str) -> str:
    """Where a mail's first link leads, its button as a rule, without the origin; empty when there is none.

    What people wrote is never a link there, even where it names one of our addresses.
    """
    found = re.search(rf'<a href="{re.escape(base_url)}(/[^"]*)"', html)
    return unescape(found.group(1))[:PATH_LIMIT] if found else ""


def without_links(base_url: str, value: Any) -> Any:
    """The value with every foreign address broken by zero-width spaces; markup and our own addresses stay whole."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _WORD.sub(lambda found: _broken(base_url, found.group()), value)


def _broken(base_url: str, word: str) -> str:
    if not _LINKISH.search(word) or word == base_url or word.startswith((f"{base_url}/", f"{base_url}?")):
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
