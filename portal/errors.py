"""The portal's own exceptions; each carries a translatable sentence for the person who caused it."""

from __future__ import annotations

from typing import Any

from portal.i18n import N_, translate


class PortalError(Exception):
    """Base of every error the portal raises on purpose."""

    status = 400


class IllegalMove(PortalError):
    """A state machine was asked for a move its table does not hold."""

    status = 409

    def __init__(self, kind: str, before: str, after: str) -> None:
        super().__init__(f"{kind}: {before} -> {after}")
        self.kind, self.before, self.after = kind, before, after


class Stale(PortalError):
    """Somebody else changed the row first; `theirs` holds their values where the view can show them."""

    status = 409

    def __init__(self, *, theirs: dict[str, Any] | None = None) -> None:
        super().__init__("stale")
        self.theirs = theirs or {}


class Denied(PortalError):
    """The actor may not do this; shown exactly like a missing page."""

    status = 404


class Invalid(PortalError):
    """One field breaks a rule. `code` is the English sentence (a msgid); `params` fill its placeholders."""

    status = 422

    def __init__(self, field: str, code: str, **params: Any) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code, self.params = field, code, params

    @property
    def message(self) -> str:
        """The sentence in the language in use."""
        return translate(self.code).format(**self.params)


def require_at_most(limit: int, field: str, text: str) -> None:
    """Raises Invalid where a text has more characters than that, with both numbers."""
    if len(text) > limit:
        sentence = N_("Shorten this to {limit} characters; it has {length} now.")
        raise Invalid(field, sentence, limit=limit, length=len(text))


class InvalidMany(PortalError):
    """Several fields break rules at once."""

    status = 422

    def __init__(self, problems: list[Invalid]) -> None:
        super().__init__("; ".join(str(problem) for problem in problems))
        self.problems = problems
