"""Pages and fragments: htmx receives a named block of the same template a full request renders whole."""

from __future__ import annotations

import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response, current_app, make_response, render_template, request

# Uploaded bytes and what was made of them never run as a page, even when they are opened as one.
HARMLESS = "sandbox; default-src 'none'"


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page (a boosted link and a step back want the whole)."""
    whole = ("HX-Boosted", "HX-History-Restore-Request")
    return request.headers.get("HX-Request") == "true" and all(request.headers.get(one) != "true" for one in whole)


def page(template: str, /, *, block: str | None = None, status: int = 200, **context: Any) -> Response:
    """Render the template, or only `block` of it when htmx asks."""
    html = _block(template, block, context) if block and wants_fragment() else render_template(template, **context)
    response = make_response(html, status)
    response.vary.add("HX-Request")
    return response


def _block(template: str, block: str, context: dict[str, Any]) -> str:
    current_app.update_template_context(context)
    found = current_app.jinja_env.get_template(template)
    return "".join(found.blocks[block](found.new_context(context)))


def attach(response: Response, name: str) -> Response:
    """Let the answer be saved under `name`, intact in any script (RFC 6266), with a plain twin for old readers."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip() or "download"
    names = {"filename": plain}
    if plain != name:
        names["filename*"] = "UTF-8''" + quote(name, safe="")
    response.headers.set("Content-Disposition", "attachment", **names)
    return response


def download(body: str | bytes, *, name: str, content_type: str) -> Response:
    """A file to save."""
    response = make_response(body)
    response.headers["Content-Type"] = content_type
    return attach(response, name)
