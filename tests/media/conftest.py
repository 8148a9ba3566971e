"""Small films made on the spot, and the shared corpus of hostile files where it is at hand."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy.orm import Session

from portal.entries.models import Entry
from portal.media import child, ffmpeg
from portal.media.contract import Storage
from portal.media.models import Asset
from portal.media.volume import Volume
from portal.settings import Settings
from tests import builders
from tests.media import s3

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "media"
PICTURE = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=2")
SOUND = ("-f", "lavfi", "-i", "sine=frequency=440:duration=2")
FILMS: dict[str, tuple[str, ...]] = {
    "plain.mp4": (*PICTURE, *SOUND, "-c:v", "libx264", "-c:a", "aac", "-movflags", "+faststart"),
    "silent.mp4": (*PICTURE, "-c:v", "libx264"),
    "sound_only.mp4": (*SOUND, "-c:a", "aac"),
    "surround.mkv": (*PICTURE, *SOUND, "-c:v", "libx264", "-c:a", "aac", "-ac", "6"),
    "film_rate.mov": (*PICTURE, "-r", "24000/1001", "-c:v", "prores_ks"),
    "interlaced.mpg": (*PICTURE, "-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-vf", "setfield=tff"),
    "changing.mp4": (*PICTURE, "-vf", "select='lt(n,25)+not(mod(n,3))'", "-fps_mode", "vfr", "-c:v", "libx264"),
    "hdr.mp4": (
        *(
            *PICTURE,
            "-vf",
            "format=yuv420p10le,setparams=color_trc=smpte2084:colorspace=bt2020nc",
        ),
        *("-c:v", "libx264"),
    ),
    "large.mp4": (
        *("-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=25:duration=2", *SOUND),
        *("-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac"),
    ),
    "paired.mov": (
        *(*PICTURE, "-f", "lavfi", "-i", "anullsrc=r=44100:cl=mono:d=2", *SOUND),
        *("-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264", "-c:a", "pcm_s16le"),
    ),
    "blink.mp4": ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=0.04", "-c:v", "libx264"),
    "lively.mp4": (
        *("-f", "lavfi", "-i", "mandelbrot=size=320x180:rate=10", "-t", "12"),
        *("-c:v", "libx264", "-preset", "ultrafast"),
    ),
    "gaps.mp4": (
        *("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25:duration=14,fade=in:75:1"),
        *("-f", "lavfi", "-i", "aevalsrc=exprs='0.2*sin(2764*t)*lt(mod(t,20),3)':duration=24"),
        *("-vf", "tpad=stop_mode=clone:stop_duration=10", "-c:v", "libx264", "-c:a", "aac"),
    ),
    "named.mp4": (
        *(*PICTURE, *SOUND, "-c:v", "libx264", "-c:a", "aac"),
        *("-metadata", "artist=Hana Kim", "-metadata", "title=Hana's film", "-metadata:s:v", "handler_name=Hana Kim"),
    ),
}


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A two-second film by its name in FILMS, made once."""
    folder = tmp_path_factory.mktemp("films")

    def make(name: str) -> Path:
        path = folder / name
        if not path.exists():
            command = [ffmpeg.binary(), "-loglevel", "error", *FILMS[name], str(path)]
            subprocess.run(command, check=True)
        return path

    return make


@pytest.fixture
def job(tmp_path: Path) -> Iterator[Path]:
    """A private job directory."""
    with child.job_directory(tmp_path / "jobs") as path:
        yield path


@pytest.fixture(scope="session")
def corpus() -> Callable[[str], Path]:
    """A file of the shared corpus; the test is skipped where the corpus is not beside the checkout."""

    def find(name: str) -> Path:
        path = CORPUS / name
        if not path.exists():
            pytest.skip("the shared media corpus is not beside this checkout")
        return path

    return find


@pytest.fixture(scope="session")
def object_store() -> Iterator[s3.Switched]:
    """A server that speaks S3, one for each process."""
    with s3.served() as found:
        yield found


@pytest.fixture
def bucket(object_store: s3.Switched) -> Iterator[s3.Switched]:
    """The same, its bucket empty before and after."""
    yield object_store
    s3.empty(object_store.url)


@contextmanager
def gunicorn(listener: socket.socket) -> Iterator[subprocess.Popen[bytes]]:
    """The portal behind gunicorn on an open socket, as the Procfile runs it."""
    command = ["gunicorn", "-k", "gthread", "-w", "1", "--threads", "8", "--no-control-socket", "--log-level", "error"]
    with subprocess.Popen(
        [sys.executable, "-m", *command, "--bind", f"fd://{listener.fileno()}", "portal.wsgi:app"],
        pass_fds=[listener.fileno()],
        start_new_session=True,
    ) as server:
        try:
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGKILL)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as found:
        yield found


@pytest.fixture
def address(environment: Settings, listener: socket.socket) -> Iterator[str]:
    """The live portal's origin."""
    with gunicorn(listener):
        yield origin(listener)


def wait_until(happened: Callable[[], bool]) -> None:
    for _ in range(1000):
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen within twenty seconds")


def volume_of(session: Session) -> Volume:
    """The local volume behind the storage, for a look at the bytes themselves."""
    return Volume(session.info["settings"].data / "media")


def origin(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def arrived(session: Session) -> Asset:
    """The one file there is, as other processes left it."""
    found = session.query(Asset).populate_existing().one()
    session.expunge(found)
    # SQLite has one writer, and the server needs the lock that this reading took.
    session.rollback()
    return found


def digest_of(store: Storage, key: str) -> str:
    """What a stored file hashes to, read as a job reads it."""
    with TemporaryDirectory() as folder, store.fetched(key, Path(folder)) as path, path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture
def film_entry(session: Session) -> Entry:
    call = builders.call(session, builders.edition(session))
    builders.category(session, call)
    made = builders.entry(session, call, builders.person(session))
    session.commit()
    return made
