"""How soon a film has its verdict, and what the review copy costs beside a bare ffmpeg.

    python -m benchmarks.transcode [--seconds 40] [--rounds 4] [--json]

The verdict is the portal's own: the moments of the last byte and of the verdict as they stand on the row of a film of
ten minutes in 1080p at 12 Mbit/s, before any transcode. The review copy is made of a shorter piece of the same film: by
the portal with everything it does (fences, thumbnails, frozen and black stretches, fingerprints, credentials, HLS), and
by the bare ffmpeg with the same ladder and settings, as nice to others as the portal's children are, and nothing else.
Both run in turn, now one first and now the other. `ratio` is the throughput of the portal to that of ffmpeg by the wall
clock, over all rounds; `ratio_cpu` by CPU seconds, which a busy machine disturbs less.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from portal import db
from portal.media import ffmpeg, pipeline, service, storage, tickets, transcode
from portal.media.inspection import Facts
from portal.media.models import Asset, Slot
from portal.media.pipeline import Job
from portal.media.probe import Film
from portal.media.volume import Volume
from portal.settings import Settings
from portal.upgrade import upgrade
from tests import builders

MINUTES = 10
NICE = 10
PIECE_SECONDS = 20
SOURCE = (
    *("-f", "lavfi", "-i", f"testsrc2=size=1920x1080:rate=24:duration={PIECE_SECONDS},noise=alls=8:allf=t"),
    *("-f", "lavfi", "-i", f"anoisesrc=d={PIECE_SECONDS}:a=0.1:c=pink", "-ac", "2"),
    *("-c:v", "libx264", "-preset", "ultrafast", "-b:v", "12M", "-g", "48", "-c:a", "aac", "-b:a", "192k"),
)


@dataclass(frozen=True)
class Cost:
    """What one run took."""

    wall: float
    cpu: float


def film_of(folder: Path, seconds: int) -> Path:
    """A film in 1080p, one piece over and over."""
    piece, film = folder / "piece.mp4", folder / f"film-{seconds}.mp4"
    if not piece.exists():
        _ffmpeg(*SOURCE, str(piece))
    times = max(0, seconds // PIECE_SECONDS - 1)
    _ffmpeg("-stream_loop", str(times), "-i", str(piece), "-c", "copy", "-movflags", "+faststart", str(film))
    return film


def _ffmpeg(*arguments: str, nice: int = 0) -> None:
    command = [ffmpeg.binary(), "-nostdin", "-y", "-loglevel", "error", *arguments]
    subprocess.run(["nice", "-n", str(nice), *command], check=True)


def seconds_to_verdict(folder: Path, film: Path) -> float:
    """From the last byte to the verdict, by the row's own moments."""
    settings = Settings(
        data=folder / "data", database_url=f"sqlite:///{folder / 'portal.sqlite3'}", secret_key="x" * 40
    )
    os.environ |= {"PORTAL_DATA": str(settings.data), "PORTAL_DATABASE_URL": settings.database_url}
    os.environ["PORTAL_SECRET_KEY"] = settings.secret_key
    upgrade(settings.database_url)
    # The worker's own task; its module reads the settings as it is imported.
    from workers import media

    with db.sessions(settings)() as session:
        owner = builders.person(session)
        entry = builders.entry(session, builders.call(session, builders.edition(session)), owner)
        session.commit()
        ticket = tickets.UploadTicket(owner.id, entry.id, Slot.FILM)
        with film.open("rb") as source:
            asset = service.receive(session, ticket, film.name, source, film.stat().st_size, by=builders.actor(owner))
        session.commit()
        media.examine(asset.id)
        found = session.get_one(Asset, asset.id, populate_existing=True)
        assert found.judged_at is not None
        assert found.received_at is not None
        storage.of(session).delete(found.storage_key or "")
        return (found.judged_at - found.received_at).total_seconds()


def bare(folder: Path, film: Path, facts: Film) -> None:
    """The same ladder by ffmpeg alone."""
    rungs = transcode.ladder(facts.width, facts.height)
    parts, source = [], "[0:v:0]"
    for rung in reversed(rungs):
        more = f",split[v{rung.lines}][s{rung.lines}]" if rung is not rungs[0] else f"[v{rung.lines}]"
        parts.append(f"{source}scale={rung.width}:{rung.height}:flags=bicubic,setsar=1,format=yuv420p{more}")
        source = f"[s{rung.lines}]"
    outputs: list[str] = []
    for rung in rungs:
        sound = ["-map", "0:a:0", *transcode.SOUND] if rung is transcode.fallback_of(rungs) else []
        bounds = ("-maxrate", f"{rung.most_kbps}k", "-bufsize", f"{rung.most_kbps * 2}k", "-threads", transcode.THREADS)
        outputs += ["-map", f"[v{rung.lines}]", *sound, *transcode.PICTURE, *transcode.KEYFRAMES, *bounds]
        outputs += ["-movflags", "+faststart", str(folder / rung.file)]
    _ffmpeg("-i", str(film), "-filter_complex", ";".join(parts), *outputs, nice=NICE)


def portal(folder: Path, film: Path, facts: Film) -> None:
    """Everything the portal makes of a film."""
    volume = Volume(folder / "media", reserve=0)
    copy = folder / "copy.mp4"
    copy.hardlink_to(film)
    job = Job(1, 1, Slot.FILM, volume.adopt(copy), facts=Facts(facts))
    result = pipeline.make_playable(job, volume, on_progress=lambda done: None)
    assert not result.refused, result.findings
    for made in result.made:
        volume.delete(made.key)


def cost_of(work: Callable[[], None]) -> Cost:
    """Wall and CPU seconds of one run with its children."""
    before, begin = _cpu(), time.monotonic()
    work()
    return Cost(time.monotonic() - begin, _cpu() - before)


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def measure(seconds: int, rounds: int) -> dict[str, object]:
    """All figures, in a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="benchmark-transcode-") as root:
        folder = Path(root)
        verdict = seconds_to_verdict(folder, film_of(folder, MINUTES * 60))
        film = film_of(folder, seconds)
        facts = replace(PROBED, seconds=seconds * 0.999)
        pairs = [_pair(folder, film, facts, portal_first=bool(number % 2)) for number in range(rounds)]
    ratios = [theirs.wall / ours.wall for theirs, ours in pairs]
    return {
        "ratio": round(sum(theirs.wall for theirs, _ in pairs) / sum(ours.wall for _, ours in pairs), 3),
        "ratio_least": round(min(ratios), 3),
        "ratio_most": round(max(ratios), 3),
        "ratio_cpu": round(sum(theirs.cpu for theirs, _ in pairs) / sum(ours.cpu for _, ours in pairs), 3),
        "cpu_s_per_s": round(statistics.median(ours.cpu for _, ours in pairs) / seconds, 2),
        "verdict_s": round(verdict, 2),
        "film_minutes": MINUTES,
        "piece_seconds": seconds,
        "rounds": rounds,
        "load": os.getloadavg()[0],
        "machine": f"{platform.machine()} {os.cpu_count()} cores",
    }


PROBED = Film("mov", "h264", "yuv420p", 0.0, 1920, 1080, 0, "24", False, "aac", 2)


def _pair(folder: Path, film: Path, facts: Film, *, portal_first: bool) -> tuple[Cost, Cost]:
    """The cost of the bare ffmpeg and of the portal, one after the other."""
    makers = (portal, bare) if portal_first else (bare, portal)
    costs = [cost_of(partial(maker, folder, film, facts)) for maker in makers]
    return (costs[1], costs[0]) if portal_first else (costs[0], costs[1])


def main() -> None:
    """Print the figures; with --json as one object on the last line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=40, help="length of the piece that is transcoded")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    figures = measure(options.seconds, options.rounds)
    if not options.json:
        print("\n".join(f"{name}: {value}" for name, value in figures.items()))
    else:
        json.dump(figures, sys.stdout)
        print()


if __name__ == "__main__":
    main()
