"""QR codes that lead to a receipt's page."""

from __future__ import annotations

import io

import segno
from sqlalchemy.orm import Session

from portal import i18n, links


def svg(address: str) -> str:
    """The code as SVG markup without fixed size; dark on white by night too, because cameras want it so."""
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="svg", xmldecl=False, svgns=True, omitsize=True, light="#fff")
    return out.getvalue().decode()


def png(session: Session, number: str, language: str) -> bytes:
    """The code of a receipt's page as a picture for mail and paper."""
    with i18n.using(language):
        address = links.of(session).receipt(number)
    out = io.BytesIO()
    segno.make(address, error="m").save(out, kind="png", scale=8, border=4)
    return out.getvalue()
