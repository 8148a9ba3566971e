"""Inline icons: the lucide shapes the portal uses, as markup that inherits colour and size from its text."""

import json
from functools import lru_cache
from importlib import resources

from markupsafe import Markup

SHAPES: dict[str, str] = json.loads(resources.files(__package__).joinpath("icons.json").read_text("utf-8"))


def icon(name: str, cls: str = "", label: str | None = None) -> Markup:
    """Return the named icon; without a label it is decoration and hidden from assistive technology."""
    return _drawn(name, f"ico {cls}".strip(), label)


@lru_cache(maxsize=1024)
def _drawn(name: str, classes: str, label: str | None) -> Markup:
    shape = Markup(SHAPES[name])  # noqa: S704 (our own file of shapes, nothing a person wrote)
    if label is None:
        return Markup('<svg class="{}" viewBox="0 0 24 24" aria-hidden="true">{}</svg>').format(classes, shape)
    return Markup('<svg class="{}" viewBox="0 0 24 24" role="img" aria-label="{}">{}</svg>').format(
        classes, label, shape
    )
