"""Pages of people: signing in, the own profile, invitations, the team of an edition."""

from portal.accounts.views import sign_in
from portal.accounts.views.blueprint import bp
from portal.accounts.views.identity import identify

__all__ = ["bp", "identify", "sign_in"]
