"""Default deny: every view is guarded by a policy; absent and denied get the same answer.

`guard` fixes the order of a request: load, ask the policy, run the view, commit. A view without a guard is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from portal.web import current

View = Callable[..., ResponseReturnValue]
_OPEN_ENDPOINTS = frozenset({"static"})


def guard(
    policy: Callable[..., bool], *, load: Callable[..., Any] | None = None, writes: bool = False
) -> Callable[[View], View]:
    """Let a view run only where `policy(actor)`, or `policy(actor, subject)` for the subject `load` finds, says so.

    `load(session, **url_arguments)` returns the subject or None; the view then receives the subject alone. `writes`
    marks a view that changes rows although its method is GET.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> ResponseReturnValue:
            allowed, given = _admit(policy, load, arguments)
            if not allowed:
                return _refuse()
            return _settle(current_app.make_response(view(*given, **({} if load else arguments))))

        guarded.policy = policy  # type: ignore[attr-defined]
        guarded.writes = writes  # type: ignore[attr-defined]
        return guarded

    return decorate


def _admit(
    policy: Callable[..., bool], load: Callable[..., Any] | None, arguments: dict[str, Any]
) -> tuple[bool, tuple[Any, ...]]:
    if load is None:
        return policy(current.actor()), ()
    subject = load(current.session(), **arguments)
    return subject is not None and policy(current.actor(), subject), (subject,)


def _settle(response: Response) -> Response:
    if response.status_code >= 400:
        current.session().rollback()
    elif not current.is_reading():
        current.session().commit()
    return response


def _refuse() -> ResponseReturnValue:
    if current.actor().signed_in or request.method != "GET":
        abort(404 if current.actor().signed_in else 401)
    return redirect(url_for("accounts.login", next=request.full_path.rstrip("?")))


def require(allowed: bool) -> None:
    """A second question inside a view, for a subject found on the way; denied looks absent."""
    if not allowed:
        abort(404)


def refuse_unguarded() -> None:
    """Before each request: a view without a policy does not run, whoever asks."""
    view = current_app.view_functions.get(request.endpoint or "")
    if view is not None and request.endpoint not in _OPEN_ENDPOINTS and not hasattr(view, "policy"):
        raise RuntimeError(f"{request.endpoint} has no policy")


def init_app(app: Flask) -> None:
    """Put the clock and the refusal before every view and close the session after every request."""
    app.before_request(current.note_arrival)
    app.before_request(refuse_unguarded)
    app.teardown_appcontext(_close)


def _close(error: BaseException | None) -> None:
    session = g.pop("db", None)
    if session is not None:
        session.close()
