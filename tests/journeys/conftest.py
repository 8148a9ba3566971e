"""Two installations, one browser, the people of a small edition, and a film to enter."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal import db
from portal.calls.models import Edition
from portal.media import ffmpeg
from portal.policies import Role, Scope
from tests import builders, servers, services
from tests.journeys.installation import Installation, running

_COLOURS = "nb_colors=5:c0=0x14213d:c1=0xff4d2e:c2=0xf4c95d:c3=0x2a9d8f:c4=0x0b0b12"
STAFF = (
    ("organizer", "김하늘", "Kim", "Ha-neul", Role.ORGANIZER),
    ("second", "이서준", "Lee", "Seo-jun", Role.ORGANIZER),
    ("chair", "박선영", "Park", "Sun-young", Role.CHAIR),
    ("programmer", "정다은", "Jung", "Da-eun", Role.PROGRAMMER),
    ("craft", "박지우", "Park", "Ji-woo", Role.JUROR),
    ("story", "윤세라", "Yoon", "Se-ra", Role.JUROR),
    ("market", "강도현", "Kang", "Do-hyun", Role.JUROR),
)


@dataclass(frozen=True)
class Material:
    """Files a creator brings."""

    film: Path
    poster: Path
    still: Path


@pytest.fixture(
    params=[
        pytest.param("sqlite", marks=pytest.mark.sqlite, id="SQLite and the embedded broker"),
        pytest.param("postgres", marks=[pytest.mark.postgres, pytest.mark.redis], id="PostgreSQL and Redis"),
    ]
)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """A portal with nothing but its own parts, and one on the big servers."""
    chosen = request.config.getoption("--db")
    if chosen not in ("both", request.param):
        pytest.skip(f"this run is about {chosen}")
    with ExitStack() as stack:
        given = {}
        if request.param == "postgres":
            given["PORTAL_DATABASE_URL"] = stack.enter_context(servers.cloned_postgres())
            given["PORTAL_BROKER_URL"] = stack.enter_context(services.redis())
        found = stack.enter_context(running(tmp_path / "data", given))
        yield found
        db.engine_for(found.settings.database_url).dispose()


@pytest.fixture
def edition(installation: Installation) -> Edition:
    """An edition with an open call, its desk and three people who accepted to judge; no film, no round, no hall."""
    with db.unit_of_work(db.sessions(installation.settings)) as session:
        made = builders.edition(session, slug="pan27", prefix="PAN27")
        builders.call(session, made, slug="pan27")
        for local, native, family, given, role in STAFF:
            member = builders.person(
                session,
                email=f"{local}@pan.example",
                native_name=native,
                latin_family=family,
                latin_given=given,
                language="en",
            )
            builders.grant(session, member, role, Scope.EDITION, made.id)
        session.expunge(made)
    return made


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    """Six seconds of film with sound, and two pictures out of it."""
    folder = tmp_path_factory.mktemp("material")
    made = Material(folder / "letters.mp4", folder / "poster.png", folder / "still.png")
    picture = ("-f", "lavfi", "-i", f"gradients=size=640x360:rate=24:speed=0.02:type=spiral:{_COLOURS}")
    sound = ("-f", "lavfi", "-i", "sine=frequency=220")
    coded = ("-vf", "scale=1280:720", "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac")
    _ffmpeg(*picture, *sound, "-t", "6", *coded, str(made.film))
    _ffmpeg("-ss", "5", "-i", str(made.film), "-vf", "crop=480:720,scale=720:1080", "-frames:v", "1", str(made.poster))
    _ffmpeg("-ss", "3", "-i", str(made.film), "-frames:v", "1", str(made.still))
    return made


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", "-y", *arguments], check=True)
