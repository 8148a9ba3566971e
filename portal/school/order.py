"""The order people expect of names with numbers in them: team 2 before team 10."""

import re

_DIGITS = re.compile(r"(\d+)")


def by_name(name: str) -> tuple[tuple[str, int], ...]:
    """A key for sorting: each number in the name counts as a number."""
    parts = _DIGITS.split(name.casefold())  # text, digits, text, digits, …, text
    return tuple((text, int(digits)) for text, digits in zip(parts[::2], [*parts[1::2], "-1"], strict=True))
