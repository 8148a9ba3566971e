"""Errors as pages: what happened and what to do next, in the person's language, with nothing leaked."""

from __future__ import annotations

import secrets

import structlog
from flask import Flask, Response, g
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException

from portal.errors import IllegalMove, Invalid, InvalidMany, PortalError
from portal.i18n import N_, _
from portal.web.current import Identity
from portal.web.pages import page

log = structlog.get_logger()

TEXTS: dict[int, tuple[str, str]] = {
    400: (N_("We could not read that request"), N_("Go back, reload the page and try again.")),
    401: (N_("Sign in first"), N_("This needs your account. Sign in and do it again.")),
    403: (N_("You cannot do this"), N_("An organizer can give you the right.")),
    404: (N_("We cannot find this page"), N_("The address may be mistyped, or it is not yours to see.")),
    405: (N_("We cannot find this page"), N_("The address may be mistyped, or it is not yours to see.")),
    409: (N_("Somebody was faster"), N_("This has changed since you opened it. Look at it again, then decide.")),
    413: (N_("That is too large"), N_("Shorten the text or choose a smaller file, and send it again.")),
    415: (N_("We cannot use this kind of file"), N_("Choose another format and try again.")),
    422: (N_("Something needs fixing"), N_("Check what you wrote and send it again.")),
    429: (N_("Too many tries"), N_("Wait a few minutes, then try again.")),
    500: (N_("Something broke on our side"), N_("Your text is safe. If it happens again, tell us this code: {code}")),
    503: (N_("We are catching our breath"), N_("Try again in a minute. Nothing you saved is lost.")),
    507: (N_("There is no room left for this file"), N_("What arrived so far is kept. Try again later.")),
}


def failure(status: int, message: str | None = None, **fields: str) -> Response:
    """The page for a status, with its own sentence where the caller knows better."""
    title, text = TEXTS.get(status, TEXTS[400 if status < 500 else 500])
    if status >= 500:
        # the database may be what failed: the page must not ask it who is there
        g.identity = Identity()
    body = message or _(text).format(**{"code": secrets.token_hex(2).upper(), **fields})
    return page("errors/error.html", status=status, title=_(title), message=body, code=status)


def _portal_error(error: PortalError) -> Response:
    if isinstance(error, Invalid):
        return failure(422, error.message)
    if isinstance(error, InvalidMany):
        return failure(422, " ".join(problem.message for problem in error.problems))
    if isinstance(error, IllegalMove):
        log.info("illegal_move", machine=error.kind, before=error.before, after=error.after)
    return failure(error.status)


def _conflict(error: Exception) -> Response:
    log.info("conflict", error=str(error))
    return failure(409)


def _csrf(error: CSRFError) -> Response:
    return failure(400, _("The form was open too long. Go back, reload the page and send it again."))


def _http(error: HTTPException) -> Response:
    response = failure(error.code or 500)
    if error.code == 405 and error.get_response().headers.get("Allow"):
        response.headers["Allow"] = error.get_response().headers["Allow"]
    return response


def _database_away(error: OperationalError) -> Response:
    log.error("database_away", error=str(error))
    response = failure(503)
    response.headers["Retry-After"] = "30"
    return response


def _unexpected(error: Exception) -> Response:
    code = secrets.token_hex(2).upper()
    log.error("unexpected", code=code, exc_info=error)
    return failure(500, code=code)


def init_app(app: Flask) -> None:
    """Register a page for every way a request can fail."""
    app.register_error_handler(PortalError, _portal_error)
    app.register_error_handler(StaleDataError, _conflict)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(OperationalError, _database_away)
    app.register_error_handler(Exception, _unexpected)
