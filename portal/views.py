"""Every blueprint of the portal: pages under /<language>/, and plain doors without one."""

from __future__ import annotations

from flask import Blueprint

from portal.accounts.views import bp as accounts
from portal.media import views as media
from portal.web import health, styleguide

PAGES: tuple[Blueprint, ...] = (accounts, styleguide.bp)
PLAIN: tuple[Blueprint, ...] = (health.bp, media.uploads, media.delivery)
