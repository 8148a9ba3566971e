"""What the gels are called."""

from __future__ import annotations

from portal.calls.models import Gel
from portal.i18n import N_, translate

_GELS = {
    Gel.AI: N_("Amber"),
    Gel.SCHOOL: N_("Rose"),
    Gel.WORLD: N_("Congo blue"),
    Gel.DOC: N_("Lagoon"),
    Gel.LAB: N_("Moss"),
    Gel.EVENT: N_("Straw"),
}


def gels() -> list[tuple[str, str]]:
    """(code, name) of each gel, in the language in use."""
    return [(gel.value, translate(name)) for gel, name in _GELS.items()]
