"""A visitor of the running portal, who asks for a sign-in link as the page's own form does."""

from __future__ import annotations

import re

import requests

PATIENCE = 10.0  # seconds for an answer; a request that hangs on the broker takes longer
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Visitor:
    """One browser's requests."""

    def __init__(self, port: int) -> None:
        self._origin = f"http://127.0.0.1:{port}"
        self._browser = requests.Session()
        self.seconds: list[float] = []

    def answers(self) -> bool:
        """Whether the portal serves."""
        try:
            return requests.get(f"{self._origin}/health", timeout=PATIENCE).ok
        except requests.ConnectionError:
            return False

    def look(self) -> requests.Response:
        """Open the sign-in page."""
        return self._browser.get(f"{self._origin}/en/login", timeout=PATIENCE)

    def ask_for_a_link(self, email: str) -> None:
        """Send the form; a mail is then durable and its bell was rung."""
        token = _TOKEN.search(self.look().text)
        assert token
        form = {"csrf_token": token[1], "email": email}
        answer = self._browser.post(f"{self._origin}/en/login", form, timeout=PATIENCE, allow_redirects=False)
        assert answer.status_code == 303, answer.text[-3000:]
        self.seconds.append(round(answer.elapsed.total_seconds(), 2))
