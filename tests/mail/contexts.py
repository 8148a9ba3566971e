"""A context for every kind of mail there is, made of one text wherever a mail shows what people wrote."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from portal import i18n, paths
from portal.links import Links
from portal.mail.kinds import KINDS, folder_of
from portal.mail.outbox import Recipient
from portal.mail.render import Rendered, Words, render

BASE = "https://pan.example"
LINKS = Links(BASE, "k" * 40)
TO = "reader@example.com"
WHEN = datetime(2027, 2, 19, 6, 30, tzinfo=UTC)
# Letters to many have words of their own and tests of their own; a test mail is another mail once more.
PLAIN = sorted(kind for kind in KINDS if folder_of(kind) not in ("broadcast", "test"))


class Said(str):
    """What somebody wrote, and everything that hangs on it: names and titles are the same text, dates are WHEN."""

    __slots__ = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return WHEN if name.endswith(("_at", "_by")) else _KNOWN.get(name, self)

    def __sub__(self, other: object) -> Said:
        return self

    @property
    def title(self) -> Said:  # type: ignore[override]
        """A screening's title, which a text has as a method."""
        return self

    def shown_in(self, language: str) -> Said:
        """A person's name."""
        return self

    def astimezone(self, zone: Any) -> datetime:
        """Where a template shows it as a moment."""
        return WHEN.astimezone(zone)


_KNOWN: dict[str, Any] = {
    **dict.fromkeys(("number", "code", "token", "screening_code"), "A1"),
    **dict.fromkeys(("until", "since", "doors", "today"), WHEN),
    **dict.fromkeys(("films", "new", "fewer", "minutes_a_day", "minutes", "party", "total", "n", "place_no"), 3),
    "path": "/ko/entries/A1",
    "seconds": 5400,
    "days_late": 0,
    "digest": "9f" * 32,
    "cancelled": False,
    "interprets": "",
    "state": "accepted",
    "cause": "REVOKED",
}


def context(kind: str, text: str) -> dict[str, Any]:
    """The values of a kind, each of them `text` where it may be anything."""
    said = Said(text)
    made = {name: getattr(said, name) for name in {*_names(kind), *_FILLED}}
    made |= {"links": LINKS, "recipient": Recipient(TO, i18n.language(), text), "festival": text}
    made |= {name: [said] for name in ("parts", "names", "people", "drafts") if name in made}
    if kind == "digest":
        made["notices"] = [(said, f"{BASE}/ko/me"), (said, "")]
    if kind in _ANSWERS:
        made["answer"] = _ANSWERS[kind]
    return made


def _names(kind: str) -> set[str]:
    """Every word that stands in the templates of a kind; those that are no variables do no harm."""
    folder = paths.TEMPLATES / "mail" / folder_of(kind)
    shared = [paths.TEMPLATES / "mail" / name for name in ("seat_facts.txt", "talk_facts.txt")]
    sources = "".join(one.read_text() for one in [*folder.iterdir(), *shared])
    return {word for word in _WORD.findall(sources) if word not in _GLOBALS}


_ANSWERS = {"consent_answered": "signed", "guardian_answered": "refused"}
_FILLED = ("call", "category", "award", "entry", "judging", "showing", "doors", "party", "receipt", "handed_in_at")
_WORD = re.compile(r"\b[a-z][a-z_]*\b")
_GLOBALS = {"links", "recipient", "para", "button", "facts", "quote", "pick", "language", "ngettext", "unsubscribe"}


def made(kind: str, text: str, words: Words | None = None) -> Rendered:
    """A mail of the kind in the language in use."""
    return render(kind, BASE, context(kind, text), words)
