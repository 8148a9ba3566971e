"""A mail server of the tests' own that keeps what it gets and refuses what it is told to."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller


class Postman:
    """Keeps every message; answers by recipient where a test says so, or to whoever comes next (`at_once`)."""

    def __init__(self) -> None:
        self.arrived: list[tuple[str, bytes]] = []
        self.answers: dict[str, str] = {}
        self.at_once: list[str] = []
        self.hang_up_on: set[str] = set()
        self.connections = 0

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if self.at_once:
            return self.at_once.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.arrived.append((envelope.rcpt_tos[0], envelope.original_content))
        if envelope.rcpt_tos[0] in self.hang_up_on:
            server.transport.close()
        return "250 OK"


@pytest.fixture
def postman() -> Postman:
    """What the server has got."""
    return Postman()


@pytest.fixture
def smtp_url(postman: Postman) -> Iterator[str]:
    """A real SMTP server on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(postman, hostname="127.0.0.1", port=port)
    controller.start()
    yield f"smtp://127.0.0.1:{port}"
    controller.stop()
