"""Pages and fragments: htmx receives a named block of the same template a full request renders whole."""

from __future__ import annotations

from typing import Any

from flask import Response, current_app, make_response, render_template, request


def wants_fragment() -> bool:
    """Whether htmx asks for a part of the page (a boosted link wants the whole)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


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


def download(body: str | bytes, *, name: str, content_type: str) -> Response:
    """A file to save, with its name intact in any script (RFC 6266)."""
    response = make_response(body)
    response.headers["Content-Type"] = content_type
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
