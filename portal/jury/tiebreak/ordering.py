"""An order of films as a form sends it: a number for each film, or one film moved a place up or down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FIELD = "place-"


@dataclass(frozen=True)
class Wish:
    """The codes best first; whether the order is handed in, and where on the page the sender was."""

    codes: list[str]
    final: bool
    anchor: str = ""


def read(sent: Mapping[str, str], codes: Sequence[str]) -> Wish:
    """The order that a form asks for; what is not a number, or missing, stays where it stood.

    Of two films with one number the one that was moved there goes first: it was somewhere else before.
    """
    ordered = _by_number(sent, codes)
    for name, step in (("up", -1), ("down", 1)):
        code = sent.get(name, "")
        if code in ordered:
            return Wish(_moved(ordered, code, step), final=False, anchor=f"#film-{code}")
    return Wish(ordered, final=sent.get("final") == "1")


def _by_number(sent: Mapping[str, str], codes: Sequence[str]) -> list[str]:
    def key(item: tuple[int, str]) -> tuple[int, bool, int]:
        stood, code = item
        wanted = _number(sent.get(FIELD + code, ""), stood)
        return (wanted, wanted == stood, stood)

    return [code for _, code in sorted(enumerate(codes, start=1), key=key)]


def _number(text: str, stood: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 5 else stood


def _moved(codes: list[str], code: str, step: int) -> list[str]:
    at = codes.index(code)
    to = max(0, min(at + step, len(codes) - 1))
    rest = [one for one in codes if one != code]
    return [*rest[:to], code, *rest[to:]]
