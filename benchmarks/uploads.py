"""How fast uploads reach the disk: megabytes a second, CPU seconds and peak memory of the real server.

    python benchmarks/uploads.py [--mib 1024] [--rounds 3] [--json]

The portal runs behind gunicorn as in the Procfile, on a SQLite database in a temporary folder. The client is a bare
socket on the loopback that sends bytes it already holds, so what is measured is the server.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from portal import db
from portal.accounts import service as accounts
from portal.app import create_app
from portal.media import tickets
from portal.media.models import Slot
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import builders

MIB = 1024**2
PIECES = {"8 MiB pieces": 8 * MIB, "64 MiB pieces": 64 * MIB, "one request": 0}
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Figure:
    """One upload: decimal megabytes a second, the server's CPU seconds and its peak memory."""

    way: str
    megabytes_per_second: float
    cpu_seconds: float
    peak_megabytes: float


def prepare(folder: Path) -> tuple[Settings, dict[str, str]]:
    """A migrated portal with one creator, and the headers the creator uploads with."""
    settings = Settings(
        data=folder, database_url=f"sqlite:///{folder / 'portal.sqlite3'}", secret_key="k" * 40, quota_bytes=1 << 50
    )
    upgrade(settings.database_url)
    with db.sessions(settings)() as session:
        person = builders.person(session)
        entry = builders.entry(session, builders.call(session, builders.edition(session)), person)
        token = accounts.start_session(session, person.id)
        session.commit()
        ticket = tickets.UploadTicket(person.id, entry.id, Slot.FILM)
    browser = create_app(settings).test_client()
    with browser.session_transaction() as cookie:
        cookie["t"] = token
    found = browser.get_cookie("pan")
    assert found is not None
    signed = tickets.issue_upload(settings.secret_key, ticket)
    return settings, {"Cookie": f"pan={found.value}", "X-Upload-Ticket": signed, "Tus-Resumable": "1.0.0"}


@contextmanager
def served(settings: Settings) -> Iterator[tuple[tuple[str, int], int]]:
    """The server's address and the process id of its one worker."""
    environment = {
        **os.environ,
        "PORTAL_DATA": str(settings.data),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_QUOTA_BYTES": str(settings.quota_bytes),
    }
    with socket.create_server(("127.0.0.1", 0)) as listener:
        command = [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "1", "--threads", "16"]
        command += ["--no-control-socket", "--log-level", "error", "--bind", f"fd://{listener.fileno()}"]
        server = subprocess.Popen(
            [*command, "portal.wsgi:app"], env=environment, pass_fds=[listener.fileno()], start_new_session=True
        )
        try:
            address = listener.getsockname()
            ask(address, "OPTIONS", "/files/", {})
            [worker] = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
            yield address, int(worker)
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def ask(
    address: tuple[str, int], method: str, path: str, headers: dict[str, str], body: memoryview | None = None
) -> dict[str, str]:
    """One request, and the headers of its answer."""
    connection = http.client.HTTPConnection(*address, timeout=120)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.request(method, path, headers=headers | {"Content-Length": str(len(body) if body else 0)})
    if body:
        connection.sock.sendall(body)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status >= 400:
        raise RuntimeError(f"{method} {path}: {answer.status}")
    return dict(answer.getheaders())


def cpu_seconds(worker: int) -> float:
    """User and system time of a process."""
    fields = Path(f"/proc/{worker}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def peak_megabytes(worker: int) -> float:
    """The most memory a process ever held."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{worker}/status").read_text().splitlines())
    return int(lines["VmHWM"].split()[0]) / 1000


def measure(
    way: str, piece: int, content: memoryview, address: tuple[str, int], worker: int, headers: dict[str, str]
) -> Figure:
    """Uploads the content once and takes its bytes back."""
    made = ask(address, "POST", "/files/", headers | {"Upload-Length": str(len(content))})
    path, step = made["Location"], piece or len(content)
    kind = headers | {"Content-Type": "application/offset+octet-stream"}
    began, cpu = time.perf_counter(), cpu_seconds(worker)
    for offset in range(0, len(content), step):
        ask(address, "PATCH", path, kind | {"Upload-Offset": str(offset)}, content[offset : offset + step])
    passed = time.perf_counter() - began
    return Figure(way, len(content) / passed / 1e6, cpu_seconds(worker) - cpu, peak_megabytes(worker))


def run(mib: int, rounds: int) -> list[Figure]:
    """Every way of sending, `rounds` times each."""
    content = memoryview(b"\x00\x00\x00\x18ftypmp42".ljust(MIB, b"\x5a") * mib)
    figures = []
    with tempfile.TemporaryDirectory(prefix="uploads-") as folder:
        settings, headers = prepare(Path(folder))
        with served(settings) as (address, worker):
            for _ in range(rounds):
                for way, piece in PIECES.items():
                    figures.append(measure(way, piece, content, address, worker, headers))
                    for stored in (settings.data / "media" / "files").glob("*/*.bin"):
                        stored.unlink()
    return figures


def main() -> None:
    """Prints a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    figures = run(chosen.mib, chosen.rounds)
    if chosen.json:
        print(json.dumps([asdict(figure) for figure in figures]))
        return
    for way in PIECES:
        of_way = [figure for figure in figures if figure.way == way]
        speeds = [figure.megabytes_per_second for figure in of_way]
        cpu = statistics.median(figure.cpu_seconds for figure in of_way)
        peak = max(figure.peak_megabytes for figure in of_way)
        print(f"{way:>14}: {min(speeds):5.0f}-{max(speeds):.0f} MB/s   {cpu:.2f} CPU s   {peak:.0f} MB")


if __name__ == "__main__":
    main()
