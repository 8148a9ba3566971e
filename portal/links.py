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

TICKET, WAITLIST, GUEST, DOOR = "ticket", "waitlist", "guest", "door"
BOUNCES = "bounces"
BALLOT = "ballot"
GROUP = "group"
STAGE = "stage"
PLAN = "plan"
UNSUBSCRIBE, NOTICE, PUSH = "unsubscribe", "notice", "push"
GUARDIAN = "guardian"
SHORT = 5
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

    def door_token(self, code: str) -> str:
        """What a ticket's picture says: always the same, so that a phone without network knows it by its digest.

        It opens the door's page for its staff and nothing else: whoever photographs it cannot give the seats back.
        """
        return signing.stamp(self._secret_key, DOOR, code)

    def at_door(self, token: str) -> str:
        """The booking's code behind what somebody shows at the door, the ticket's own link too; raises BadToken."""
        try:
            return str(signing.stamped(self._secret_key, DOOR, token))
        except signing.BadToken:
            return self.opened(TICKET, token)

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

    def film_invitation(self, number: str) -> str:
        """Where the makers of a selected film confirm or decline."""
        return self._page(f"/entries/{number}/invitation")

    def clips(self, number: str) -> str:
        return self._page(f"/entries/{number}/clips")

    def consents(self, number: str) -> str:
        return self._page(f"/entries/{number}/consents")

    def materials(self, number: str) -> str:
        return self._page(f"/entries/{number}/materials")

    def desk_entry(self, number: str) -> str:
        return self._page(f"/ops/entries/{number}")

    def receipt(self, number: str) -> str:
        return self._page(f"/receipts/{number}")

    def team_invitation(self, token: str) -> str:
        return self._page(f"/teams/{token}")

    def consent(self, token: str) -> str:
        return self._page(f"/sign/{token}")

    def guardian(self, code: str) -> str:
        """Where a guardian reads, signs and takes back a consent; without an end, as a consent may be taken back."""
        return self._page(f"/guardian/{signing.stamp(self._secret_key, GUARDIAN, code)}")

    def guardian_behind(self, token: str) -> str:
        """The consent's code inside it; raises signing.BadToken."""
        return str(signing.stamped(self._secret_key, GUARDIAN, token))

    def class_guardians(self, code: str) -> str:
        return self._page(f"/ops/school/{code}/guardians")

    def certificate(self, number: str) -> str:
        return self._page(f"/verify/{number}")

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

    def moved(self, code: str) -> str:
        """Where the holder of seats says whether they come to the new time or hall."""
        return self._page(f"/t/{self.token(TICKET, code)}/moved")

    def another(self, code: str) -> str:
        """Other screenings of the same films, for the holder of seats of a cancelled one."""
        return self._page(f"/t/{self.token(TICKET, code)}/another")

    def group(self, link: str) -> str:
        """The secret link of a group: who comes by it belongs to it."""
        return self._page(f"/g/{self.token(GROUP, link)}")

    def waitlist(self, code: str) -> str:
        return self._page(f"/waitlist/{self.token(WAITLIST, code)}")

    def guest(self, code: str) -> str:
        return self._page(f"/guests/{self.token(GUEST, code)}")

    def bounces(self) -> str:
        """Where a mail server reports returned mails; the secret is in the address."""
        return f"{self.base_url}/mail/bounces/{self.token(BOUNCES, 'reports')}"

    def live(self, code: str) -> str:
        return self._page(f"/live/{code}")

    def short(self, code: str) -> str:
        """What people type from the wall: the beginning of a screening's code, in any language."""
        return f"{self.base_url}/l/{code[:SHORT]}"

    def stage(self, code: str) -> str:
        return self._page(f"/stage/{self.token(STAGE, code)}")

    def written_answers(self, code: str) -> str:
        return self._page(f"/guests/{self.token(GUEST, code)}/questions")

    def seat_ballot(self, code: str, seat: int) -> str:
        """The audience's ballot of one seat of a ticket; it opens nothing else."""
        return self._page(f"/vote/{self.token(BALLOT, f'{code}.{seat}')}")

    def plan(self, code: str) -> str:
        """Somebody's own plan for their calendar."""
        return self._page(f"/schedule/mine/{self.token(PLAN, code)}.ics")

    def notices(self) -> str:
        return self._page("/me/notices")

    def notice_token(self, mail_id: int) -> str:
        """What stands for a notice in an address: numbers in a row would tell how many others were written to."""
        return signing.cloak(self._secret_key, NOTICE, mail_id)

    def notice(self, mail_id: int) -> str:
        token = self.notice_token(mail_id)
        return self._page(f"/me/notices/{token}")

    def notice_behind(self, token: str) -> int:
        """The mail's number inside it; raises signing.BadToken."""
        return int(signing.uncloak(self._secret_key, NOTICE, token))

    def push_token(self, session_id: int) -> str:
        """What the worker of a signed-in browser holds to say its new address; it opens nothing else."""
        return signing.cloak(self._secret_key, PUSH, session_id)

    def push_behind(self, token: str) -> int:
        """The sign-in's number inside it; raises signing.BadToken."""
        return int(signing.uncloak(self._secret_key, PUSH, token))

    def unsubscribe(self, address: str, topic: str) -> str:
        """Where an address says how it wants a topic, without signing in; the address is not to be read in it."""
        token = signing.cloak(self._secret_key, UNSUBSCRIBE, [address, topic])
        return self._page(f"/mail/unsubscribe/{token}")

    def unsubscribing(self, token: str) -> tuple[str, str]:
        """(address, topic) inside such a link; raises signing.BadToken."""
        address, topic = signing.uncloak(self._secret_key, UNSUBSCRIBE, token)
        return address, topic

    def check_in(self, code: str) -> str:
        return self._page(f"/ops/checkin/{self.door_token(code)}")
