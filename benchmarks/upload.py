"""How fast a film reaches the disk: tuspy against the portal, beside a bare copy from a socket to a file.

    python -m benchmarks.upload [--mib 2048] [--rounds 3] [--json]

The portal runs behind gunicorn as in the Procfile, on SQLite. The film lies in the page cache; it goes over the
loopback in pieces of 64 and of 8 MiB. The bare copy is the same file, read in the same pieces, sent over one connection
and moved inside the kernel by a process that does nothing else, so that the ratio is the price of the protocol, of its
client and of the portal. `turns` is the same bare copy in tuspy's manner: a connection for each piece, and the next one
read only when the last was answered; what it loses no server of this protocol can win back. All are timed until the
bytes are safe on the disk. Their order alternates, and a ratio is taken over all rounds, because a shared disk is not
equally fast twice.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from tusclient.client import TusClient

from benchmarks.server import Server, served
from portal import db
from portal.accounts import service as accounts
from portal.app import create_app
from portal.media import tickets
from portal.media.models import Slot
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import builders

MIB, GB = 1024**2, 1e9
PIECES = {"64": 64 * MIB, "8": 8 * MIB}


@dataclass(frozen=True)
class Figure:
    """One upload: MB/s, CPU seconds a gigabyte of server and client, and the seconds of it and of two bare copies."""

    piece: str
    mb_per_s: float
    cpu_s_per_gb: float
    client_cpu_s_per_gb: float
    taken: float
    bare: float
    in_turns: float

    @property
    def ratio(self) -> float:
        """The speed beside the bare copy."""
        return self.bare / self.taken


@dataclass(frozen=True)
class Visitor:
    """A creator who is signed in and may upload."""

    settings: Settings
    headers: dict[str, str]

    def send(self, address: str, film: Path, piece: int) -> None:
        """The whole film with tuspy."""
        with film.open("rb") as stream:
            client = TusClient(f"{address}/files/", headers=self.headers)
            client.uploader(file_stream=stream, chunk_size=piece).upload()


def prepare(folder: Path) -> Visitor:
    """A migrated portal with one creator."""
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
    return Visitor(settings, {"Cookie": f"pan={found.value}", "X-Upload-Ticket": signed})


def environment(settings: Settings) -> dict[str, str]:
    """The same installation for the server's processes."""
    return {
        "PORTAL_DATA": str(settings.data),
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_QUOTA_BYTES": str(settings.quota_bytes),
    }


def make_film(film: Path, mib: int) -> Path:
    """A file that begins like a film and does not compress."""
    with film.open("wb") as file:
        file.write(b"\x00\x00\x00\x18ftypmp42".ljust(MIB, b"\0"))
        for _ in range(mib - 1):
            file.write(os.urandom(MIB))
        os.fsync(file.fileno())
    return film


def receive(listener: socket.socket, target: Path) -> None:
    """The bare copy's server: from the socket to the file until the sender ends, then told that it is safe."""
    sender, _ = listener.accept()
    out, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, MIB)
    with sender, target.open("wb", buffering=0) as file:
        while came := os.splice(sender.fileno(), into, MIB):
            while came:
                came -= os.splice(out, file.fileno(), came)
        os.fsync(file.fileno())
        sender.sendall(b"!")


def copy(film: Path, target: Path, piece: int) -> None:
    """The bare copy's client: the same pieces over one connection."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = get_context("fork").Process(target=receive, args=(listener, target))
        server.start()
        with socket.create_connection(listener.getsockname()) as sender, film.open("rb", buffering=0) as file:
            while content := file.read(piece):
                sender.sendall(content)
            sender.shutdown(socket.SHUT_WR)
            sender.recv(1)
        server.join()
    target.unlink()


def receive_in_turns(listener: socket.socket, target: Path) -> None:
    """The server of the copy in turns: each connection brings a piece and is answered; an empty one is the end."""
    out, into = os.pipe()
    fcntl.fcntl(into, fcntl.F_SETPIPE_SZ, MIB)
    with target.open("wb", buffering=0) as file:
        while True:
            sender, _ = listener.accept()
            with sender:
                left = int.from_bytes(sender.recv(8, socket.MSG_WAITALL))
                if not left:
                    os.fsync(file.fileno())
                    return
                while left:
                    came = os.splice(sender.fileno(), into, min(MIB, left))
                    left -= came
                    while came:
                        came -= os.splice(out, file.fileno(), came)
                sender.sendall(b"!")


def copy_in_turns(film: Path, target: Path, piece: int) -> None:
    """The client of the copy in turns."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = get_context("fork").Process(target=receive_in_turns, args=(listener, target))
        server.start()
        with film.open("rb", buffering=0) as file:
            while True:
                content = file.read(piece)
                with socket.create_connection(listener.getsockname()) as sender:
                    sender.sendall(len(content).to_bytes(8))
                    sender.sendall(content)
                    sender.recv(1)
                if not content:
                    break
        server.join()
    target.unlink()


def seconds(work: Callable[[], None]) -> float:
    """How long it takes, the disk being idle when it begins."""
    os.sync()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(visitor: Visitor, server: Server, film: Path, piece: str, *, bare_first: bool) -> Figure:
    """The bare copies and one upload of the film, one after the other."""
    size, target = film.stat().st_size, visitor.settings.data / "bare.bin"

    def bare_copies() -> list[float]:
        return [seconds(partial(way, film, target, PIECES[piece])) for way in (copy, copy_in_turns)]

    bare = bare_copies() if bare_first else []
    served_before, own_before = server.cpu_seconds(), time.process_time()
    taken = seconds(lambda: visitor.send(origin(server), film, PIECES[piece]))
    cpu, own = server.cpu_seconds() - served_before, time.process_time() - own_before
    bare = bare or bare_copies()
    figure = Figure(piece, size / taken / 1e6, cpu / (size / GB), own / (size / GB), taken, *bare)
    for stored in (visitor.settings.data / "media" / "files").glob("*/*.bin"):
        stored.unlink()
    return figure


def origin(server: Server) -> str:
    """Where the portal is."""
    return f"http://{server.address[0]}:{server.address[1]}"


@contextmanager
def memory(server: Server) -> Iterator[list[float]]:
    """Gives the megabytes by which the workers' peaks rose above what they held at the beginning."""
    for worker in server.workers:
        Path(f"/proc/{worker}/clear_refs").write_text("5")  # forgets the peak of start-up
    idle = resident(server, "VmRSS")
    risen: list[float] = []
    yield risen
    risen.append(resident(server, "VmHWM") - idle)


def resident(server: Server, field: str) -> float:
    """A figure of all workers' memory."""
    return sum(_kilobytes(worker, field) for worker in server.workers) / 1000


def _kilobytes(worker: int, field: str) -> int:
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{worker}/status").read_text().splitlines())
    return int(lines[field].split()[0])


def run(mib: int, rounds: int) -> tuple[list[Figure], float]:
    """Every size of piece, `rounds` times each, and the memory it took."""
    with tempfile.TemporaryDirectory(prefix="upload-") as name:
        folder = Path(name)
        visitor, film = prepare(folder), make_film(folder / "film.mp4", mib)
        with served("portal.wsgi:app", environment(visitor.settings), "/health") as server:
            warm = make_film(folder / "short.mp4", 8)
            for _ in range(4 * len(server.workers)):
                visitor.send(origin(server), warm, 2 * MIB)
            with memory(server) as risen:
                figures = [
                    measure(visitor, server, film, piece, bare_first=turn % 2 == 0)
                    for turn in range(rounds)
                    for piece in PIECES
                ]
    return figures, risen[0]


def summary(figures: Sequence[Figure], risen: float, mib: int, rounds: int) -> dict[str, object]:
    """Medians, with the least and the most of each; the ratio is that of all rounds together."""
    found: dict[str, object] = {"mib": mib, "rounds": rounds, "cpus": os.cpu_count(), "load": os.getloadavg()[0]}
    for piece in PIECES:
        of_piece = [figure for figure in figures if figure.piece == piece]
        taken, bare, in_turns = (sum(getattr(one, name) for one in of_piece) for name in ("taken", "bare", "in_turns"))
        for name in ("ratio", "mb_per_s", "cpu_s_per_gb", "client_cpu_s_per_gb"):
            values = [getattr(figure, name) for figure in of_piece]
            found[f"{name}_{piece}"] = round(statistics.median(values), 3)
            found[f"{name}_{piece}_spread"] = [round(min(values), 3), round(max(values), 3)]
        found[f"ratio_{piece}"] = round(bare / taken, 3)
        found[f"ratio_{piece}_of_turns"] = round(in_turns / taken, 3)
    return {**found, "peak_mb_above_idle": round(risen, 1)}


def main() -> None:
    """Print a line for each upload, and the summary as JSON in the last one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print the summary alone")
    chosen = parser.parse_args()
    figures, risen = run(chosen.mib, chosen.rounds)
    for figure in [] if chosen.json else figures:
        print(
            f"{figure.piece:>2} MiB pieces: {figure.mb_per_s:5.0f} MB/s, {figure.ratio:.2f} of a bare copy, "
            f"{figure.cpu_s_per_gb:.2f} CPU s a GB, tuspy {figure.client_cpu_s_per_gb:.2f}",
            file=sys.stderr,
        )
    print(json.dumps(summary(figures, risen, chosen.mib, chosen.rounds)))


if __name__ == "__main__":
    main()
