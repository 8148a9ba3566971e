"""Commands on people: signing in and out, profiles, roles and invitations."""

from portal.accounts.service.people import Names, change_password, create_person, edit_profile
from portal.accounts.service.roles import accept_invitation, end_role, grant_role, invite, invite_again
from portal.accounts.service.second_step import switch_off, switch_on
from portal.accounts.service.sessions import end_other_sessions, end_session, start_session
from portal.accounts.service.sign_in import (
    TooManyTries,
    ask_link,
    check_code,
    check_password,
    note_attempt,
    one_time_link,
    use_link,
)

__all__ = [
    "Names",
    "TooManyTries",
    "accept_invitation",
    "ask_link",
    "change_password",
    "check_code",
    "check_password",
    "create_person",
    "edit_profile",
    "end_other_sessions",
    "end_role",
    "end_session",
    "grant_role",
    "invite",
    "invite_again",
    "note_attempt",
    "one_time_link",
    "start_session",
    "switch_off",
    "switch_on",
    "use_link",
]
