"""The only composition root of the web: it alone knows every feature's views."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from portal import logs, paths, schema
from portal.accounts.views import identify
from portal.db import sessions
from portal.navigation import OPS, PUBLIC, WORK
from portal.settings import Settings
from portal.views import PAGES, PLAIN
from portal.web import access, failures, filters, headers, language, navigation
from portal.web.current import Kernel


def create_app(settings: Settings) -> Flask:
    """The WSGI application for these settings; needs a migrated database."""
    app = Flask(__name__, static_folder=str(paths.STATIC), template_folder=str(paths.TEMPLATES))
    app.config.update(_config(settings))
    app.extensions["portal"] = kernel(settings)
    logs.configure(local=settings.local)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]
    CSRFProtect(app)
    for part in (language, access, headers, failures, filters):
        part.init_app(app)
    navigation.init_app(app, public=PUBLIC, work=WORK, ops=OPS)
    _register_views(app)
    return app


def kernel(settings: Settings) -> Kernel:
    """What the web kernel needs of an installation."""
    return Kernel(settings, writing=sessions(settings), reading=sessions(settings, read_only=True), identify=identify)


def _config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "SESSION_COOKIE_NAME": "pan" if settings.local else "__Host-pan",
        "SESSION_COOKIE_SECURE": not settings.local,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        "SESSION_REFRESH_EACH_REQUEST": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": not settings.local,
        "TEMPLATES_AUTO_RELOAD": False,
    }


def _register_views(app: Flask) -> None:
    assert schema.metadata.tables
    for blueprint in PAGES:
        app.register_blueprint(blueprint, url_prefix=language.PREFIX + (blueprint.url_prefix or ""))
    for blueprint in PLAIN:
        app.register_blueprint(blueprint)
