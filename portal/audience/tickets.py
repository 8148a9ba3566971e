"""The picture on a ticket: a QR code that opens the check-in page. Pure."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

_PNG_SCALE = 6
_QUIET_ZONE = 4


def qr_svg(address: str) -> Markup:
    """The code as inline SVG that fills its box, dark on the white the box supplies."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(
        omitsize=True, border=_QUIET_ZONE, svgclass=None, lineclass=None
    )
    return Markup(drawn)  # noqa: S704 (drawn by the library from an address of our own)


def qr_png(address: str) -> bytes:
    """The code as a PNG for mails."""
    picture = BytesIO()
    segno.make(address, error="m", micro=False).save(picture, kind="png", scale=_PNG_SCALE, border=_QUIET_ZONE)
    return picture.getvalue()
