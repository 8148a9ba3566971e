"""The menus of the public pages, the work desks and the organizers' desk."""

from __future__ import annotations

from portal.web.navigation import Place

PUBLIC: tuple[Place, ...] = ()
WORK: tuple[Place, ...] = ()
OPS: tuple[Place, ...] = ()
