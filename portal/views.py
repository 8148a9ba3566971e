"""Every blueprint of the portal: pages under /<language>/, and plain doors without one."""

from __future__ import annotations

from flask import Blueprint

from portal.accounts.views import bp as accounts
from portal.api.views import bp as api
from portal.audience.views import bp as audience
from portal.media import views as media
from portal.programme.views import bp as programme
from portal.web import health, styleguide

PAGES: tuple[Blueprint, ...] = (accounts, programme, audience, styleguide.bp)
PLAIN: tuple[Blueprint, ...] = (health.bp, api, media.uploads, media.delivery)
