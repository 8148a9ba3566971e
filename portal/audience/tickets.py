"""The picture on a ticket: a QR code that opens the door's page. Pure."""

from __future__ import annotations

from io import BytesIO

import segno
from markupsafe import Markup

_PNG_SCALE = 6
_QUIET_ZONE = 4
_MASK = 3


def qr_svg(address: str) -> Markup:
    """The code as inline SVG that fills its box, dark on the white the box supplies."""
    drawn = _code(address).svg_inline(omitsize=True, border=_QUIET_ZONE, svgclass=None, lineclass=None)
    return Markup(drawn)  # noqa: S704 (drawn by the library from an address of our own)


def qr_png(address: str) -> bytes:
    """The code as a PNG for mails."""
    picture = BytesIO()
    _code(address).save(picture, kind="png", scale=_PNG_SCALE, border=_QUIET_ZONE)
    return picture.getvalue()


def qr_rows(address: str) -> list[list[bool]]:
    """The code's modules row by row, dark ones true, without the quiet zone, for papers that draw them."""
    return [[bool(module) for module in row] for row in _code(address).matrix]


def _code(address: str) -> segno.QRCode:
    # every mask can be read; trying all eight for the prettiest would cost four times as much while seats are locked
    return segno.make(address, error="m", micro=False, mask=_MASK)
