"""What roles are called."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.policies import Role

_ROLES = {
    Role.ADMINISTRATOR: N_("Administrator"),
    Role.ORGANIZER: N_("Organizer"),
    Role.CHAIR: N_("Jury chair"),
    Role.PROGRAMMER: N_("Programmer"),
    Role.MODERATOR: N_("Moderator"),
    Role.CONSENT_OFFICER: N_("Consent officer"),
    Role.JUROR: N_("Juror"),
    Role.MENTOR: N_("Mentor"),
    Role.STUDENT: N_("Student"),
}


def role_name(role: Role | str) -> str:
    """The role in the language in use."""
    return translate(_ROLES[Role(role)])
