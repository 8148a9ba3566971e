"""What the look at a film's origin costs beside the bare library call.

    python -m benchmarks.provenance [--megabytes 200] [--rounds 5] [--json]

A film of 200 MB is signed by a chain made on the spot. The bare call is a process of its own that does nothing but
`Reader(…)` and print the state; the portal's look is `portal.media.provenance.probe`, with its fences, its limits, the
tags and the report kept in a row. Both run in turn, now one first and now the other, as nice to others as each other.
`ratio` is wall clock to wall clock by the medians; the peak is that of the largest child, in MB.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from portal.media import child, ffmpeg, provenance
from tests.media import signing

MB = 1_000_000
NICE = 10
BARE = """
import sys
from c2pa import Context, Reader, Settings
verify = {"remote_manifest_fetch": False, "ocsp_fetch": False}
context = Context(Settings.from_dict({"verify": verify, "trust": {"trust_anchors": open(sys.argv[2]).read()}}))
with open(sys.argv[1], "rb") as film:
    print(Reader("video/mp4", film, context=context).get_validation_state())
"""


def film_of(folder: Path, megabytes: int) -> Path:
    """An MP4 of this size: boxes as a player wants them around bytes that nobody decodes."""
    small, film = folder / "small.mp4", folder / "film.mp4"
    source = ("-f", "lavfi", "-i", "testsrc2=size=320x180:rate=10:duration=1", "-c:v", "libx264")
    subprocess.run([ffmpeg.binary(), "-loglevel", "error", *source, str(small)], check=True)
    padding = megabytes * MB - small.stat().st_size
    with film.open("wb") as target:
        target.write(small.read_bytes())
        target.write(padding.to_bytes(4, "big") + b"mdat")
        block = bytes(range(256)) * 4096
        left = padding - 8
        while left:
            left -= target.write(block[:left])
    return film


def seconds(run: Callable[[], str]) -> float:
    """The wall clock of one run; it must have found the film signed and trusted."""
    began = time.perf_counter()
    state = run()
    took = time.perf_counter() - began
    assert state.upper() == "TRUSTED", state
    return took


def measure(folder: Path, megabytes: int, rounds: int) -> dict[str, float]:
    """Both ways, in turn."""
    chain = signing.chain("A studio")
    film, anchors = folder / "signed.mp4", folder / "anchors.pem"
    signing.sign(film_of(folder, megabytes), film, chain)
    anchors.write_text(chain.root)
    (folder / "bare.py").write_text(BARE)
    command = ["nice", "-n", str(NICE), sys.executable, "-I", str(folder / "bare.py"), str(film), str(anchors)]

    with film.open("rb") as file:
        opening = file.read(provenance.OPENING_BYTES)

    def bare() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def ours() -> str:
        with child.job_directory(folder / "jobs") as job:
            return str(provenance.probe(film, opening, job, anchors=chain.root)["state"])

    ways = {"bare": bare, "portal": ours}
    assert provenance.fetches_nothing()
    for run in ways.values():
        run()
    took: dict[str, list[float]] = {name: [] for name in ways}
    for n in range(rounds):
        for name in sorted(ways, reverse=n % 2 == 1):
            took[name].append(seconds(ways[name]))
    middle = {name: statistics.median(values) for name, values in took.items()}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / MB
    return {
        "megabytes": megabytes,
        "rounds": rounds,
        "bare_s": round(middle["bare"], 3),
        "portal_s": round(middle["portal"], 3),
        "ratio": round(middle["portal"] / middle["bare"], 2),
        "peak_mb": round(peak),
    }


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        found = measure(Path(folder), chosen.megabytes, chosen.rounds)
    if chosen.json:
        print(json.dumps(found))
    else:
        print("\n".join(f"{name:10} {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
