"""The colours of tokens.css keep WCAG 2.2 AA by day and by night."""

from __future__ import annotations

import re

import pytest

from portal import paths

TEXT, CONTROL = 4.5, 3.0
GROUNDS = ("paper", "surface", "sunken")
PAIRS = (
    *((ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3", "accent") for ground in GROUNDS),
    *((state, ground, TEXT) for state in ("ok", "warn", "bad", "info") for ground in ("paper", "surface")),
    *((state, f"{state}-soft", TEXT) for state in ("ok", "warn", "bad", "info", "accent")),
    *(("ink", f"{state}-soft", TEXT) for state in ("ok", "warn", "bad", "info")),
    ("on-hot", "hot", TEXT),
    ("on-accent", "accent", TEXT),
    ("paper", "ink", TEXT),
    *((mark, ground, CONTROL) for mark in ("line-2", "focus") for ground in GROUNDS),
)


def _colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})\b", block))


def _lights() -> dict[str, dict[str, str]]:
    css = (paths.STATIC / "css/tokens.css").read_text(encoding="utf-8")
    system = css.index("@media (prefers-color-scheme: dark)")
    chosen = css.index(":root[data-theme")
    return {"day": _colours(css[:system]), "night": _colours(css[system:chosen]), "chosen": _colours(css[chosen:])}


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two colours."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("light", ["day", "night"])
def test_text_and_controls_stand_out(light: str) -> None:
    colours = _lights()[light]
    weak = [
        f"{front} on {back}: {contrast(colours[front], colours[back]):.2f} < {least}"
        for front, back, least in PAIRS
        if contrast(colours[front], colours[back]) < least
    ]
    assert weak == []


def test_night_by_choice_is_night_by_system() -> None:
    lights = _lights()
    assert lights["chosen"] == lights["night"]


def test_the_measure_itself_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#ff6a2b", "#ffffff") < CONTROL  # why hot never stands alone on white
