"""Keep-alive clients in a process of their own: bare sockets on one selector, so that the clients cost little.

    python -m benchmarks.clients < plan.json

The plan names address, number of clients, seconds, the wanted status and the requests, which are sent in turn; a
plan with `once` sends each request once. Prints how many were answered in how many seconds, and how long they took.
"""

from __future__ import annotations

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import cycle

from benchmarks.server import ROOT, Address

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """What one process of clients does."""

    address: Address
    clients: int
    seconds: float
    status: int
    requests: Sequence[str]
    once: bool = False


@dataclass(frozen=True)
class Load:
    """What came of it; `p50_ms` and `p95_ms` are from a request's last byte out to its answer's last byte in."""

    answered: int
    seconds: float
    p50_ms: float
    p95_ms: float

    @property
    def per_second(self) -> float:
        return self.answered / self.seconds


def run(plan: Plan) -> Load:
    """The plan in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.clients"]
    made = subprocess.run(
        command, input=json.dumps(asdict(plan)), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return Load(**json.loads(made.stdout))


class Client:
    """One connection, kept open; `answer` is what has come of the current answer."""

    def __init__(self, address: Address, selector: selectors.BaseSelector) -> None:
        self._address = address
        self._selector = selector
        self._answer = b""
        self._asked_at = 0.0
        self._connect()

    def _connect(self) -> None:
        self._socket = socket.create_connection(self._address)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._selector.register(self._socket, selectors.EVENT_READ, self)

    def send(self, request: bytes) -> None:
        """Ask; requests are smaller than a socket's buffer."""
        self._answer = b""
        self._socket.sendall(request)
        self._asked_at = time.perf_counter()

    @property
    def waited_ms(self) -> float:
        """Since the request was sent."""
        return 1000 * (time.perf_counter() - self._asked_at)

    def receive(self) -> int | None:
        """The status once the answer is whole."""
        piece = self._socket.recv(1 << 18)
        if not piece:
            raise ConnectionError(f"the server hung up in {self._answer[:200]!r}")
        self._answer += piece
        head, end, body = self._answer.partition(b"\r\n\r\n")
        if not end:
            return None
        length = _LENGTH.search(head)
        if length and len(body) < int(length[1]):
            return None
        if _CLOSING.search(head):
            self._reconnect()
        return int(head[9:12])

    def _reconnect(self) -> None:
        self.close()
        self._connect()

    def close(self) -> None:
        """Hang up."""
        self._selector.unregister(self._socket)
        self._socket.close()


def load(plan: Plan) -> Load:
    """Keep every client busy until the time or the requests are over."""
    requests = iter([text.encode() for text in plan.requests])
    waiting = requests if plan.once else cycle(requests)
    selector = selectors.DefaultSelector()
    clients = [Client(plan.address, selector) for _ in range(plan.clients)]
    began = time.perf_counter()
    busy = sum(_next(client, waiting) for client in clients)
    waits: list[float] = []
    while busy:
        for client, status in _answers(selector):
            if status != plan.status:
                raise RuntimeError(f"{status} instead of {plan.status}")
            waits.append(client.waited_ms)
            busy -= 1
            in_time = time.perf_counter() - began < plan.seconds
            busy += _next(client, waiting if in_time else iter(()))
    return Load(len(waits), time.perf_counter() - began, *_percentiles(waits))


def _percentiles(waits: list[float]) -> tuple[float, float]:
    """The middle, and what nineteen of twenty stay within."""
    ordered = sorted(waits)
    return ordered[len(ordered) // 2], ordered[len(ordered) * 95 // 100]


def _answers(selector: selectors.BaseSelector) -> Iterator[tuple[Client, int]]:
    for key, _ in selector.select():
        status = key.data.receive()
        if status is not None:
            yield key.data, status


def _next(client: Client, waiting: Iterator[bytes]) -> bool:
    """Whether there was another request; a client without one hangs up before the server does."""
    request = next(waiting, None)
    if request is None:
        client.close()
        return False
    client.send(request)
    return True


def main() -> None:
    """Read the plan, print the load."""
    plan = json.load(sys.stdin)
    print(json.dumps(asdict(load(Plan(**plan | {"address": tuple(plan["address"])})))))


if __name__ == "__main__":
    main()
