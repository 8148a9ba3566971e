"""Pages of people: signing in, the own account, invitations."""

from portal.accounts.views import invitations, profile, second_step, sign_in
from portal.accounts.views.blueprint import bp
from portal.accounts.views.identity import identify

__all__ = ["bp", "identify", "invitations", "profile", "second_step", "sign_in"]
