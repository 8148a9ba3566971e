"""Absolute addresses for mails and papers, without Flask and never from a Host header.

A route test (tests/test_routes.py) asserts that the web application answers each of these paths.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from portal import signing
from portal.i18n import language

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

TICKET, WAITLIST, GUEST = "ticket", "waitlist", "guest"
_SEASON = timedelta(days=400)


def of(session: Session) -> Links:
    """The links of the installation this session belongs to."""
    settings = session.info["settings"]
    return Links(settings.base_url, settings.secret_key)


class Links:
    """Addresses under the origin named in the settings, in the language in use.

    Tickets, offers and guests have signed links: the same row always gives a working link, and knowing a row's code
    without the signature is no right.
    """

    def __init__(self, base_url: str, secret_key: str) -> None:
        self.base_url = base_url
        self._secret_key = secret_key

    def opened(self, purpose: str, token: str) -> str:
        """The row's code inside a signed link; raises signing.BadToken."""
        return str(signing.unsign(self._secret_key, purpose, token, _SEASON))

    def token(self, purpose: str, code: str) -> str:
        """The signed token that stands for a row."""
        return signing.sign(self._secret_key, purpose, code)

    def _page(self, path: str) -> str:
        return f"{self.base_url}/{language()}{path}"

    def home(self) -> str:
        return self._page("/")

    def sign_in(self, token: str) -> str:
        return self._page(f"/login/{token}")

    def invitation(self, token: str) -> str:
        return self._page(f"/invitations/{token}")

    def entry(self, code: str) -> str:
        return self._page(f"/entries/{code}")

    def clips(self, number: str) -> str:
        return self._page(f"/entries/{number}/clips")

    def desk_entry(self, number: str) -> str:
        return self._page(f"/ops/entries/{number}")

    def receipt(self, number: str) -> str:
        return self._page(f"/receipts/{number}")

    def team_invitation(self, token: str) -> str:
        return self._page(f"/teams/{token}")

    def consent(self, token: str) -> str:
        return self._page(f"/sign/{token}")

    def awards(self) -> str:
        return self._page("/awards")

    def jury(self) -> str:
        return self._page("/jury")

    def declaration(self, round_code: str) -> str:
        return self._page(f"/jury/conflicts/{round_code}")

    def ballot(self, code: str) -> str:
        return self._page(f"/jury/rank/{code}")

    def school(self) -> str:
        return self._page("/school")

    def screening(self, code: str) -> str:
        return self._page(f"/screenings/{code}")

    def ticket(self, code: str) -> str:
        return self._page(f"/t/{self.token(TICKET, code)}")

    def waitlist(self, code: str) -> str:
        return self._page(f"/waitlist/{self.token(WAITLIST, code)}")

    def guest(self, code: str) -> str:
        return self._page(f"/guests/{self.token(GUEST, code)}")

    def check_in(self, code: str) -> str:
        return self._page(f"/ops/checkin/{self.token(TICKET, code)}")
