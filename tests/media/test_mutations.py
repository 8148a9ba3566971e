"""A thousand damaged files through one reader: it says something of each, crashes at none and stays small."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from portal.media import child, provenance
from tests.media import signing

FILES = 1000
MIB = 1024**2
# Within one process, as the worker's child reads one file: the code is the child's own.
# It forks first: until then its peak is that of the process it came from.
READER = """
import json, os, random, resource, runpy, sys
from pathlib import Path
if worker := os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))
sources, seed, n = [Path(name) for name in sys.argv[2].split("|")], int(sys.argv[3]), int(sys.argv[4])
child = runpy.run_path(sys.argv[1])
chance, said = random.Random(seed), {}
for number in range(n):
    source = sources[number % len(sources)]
    content = bytearray(source.read_bytes())
    middle = content.find(b"jumb") if number % 3 else chance.randrange(len(content))
    for _ in range(chance.choice((1, 2, 8, 64))):
        place = min(max(0, middle + chance.randrange(-200, 6000)), len(content) - 1)
        content[place] = chance.randrange(256)
    if number % 7 == 0:
        del content[chance.randrange(len(content)):]
    path = Path("mutated" + source.suffix)
    path.write_bytes(content)
    kind = {".jpg": "image/jpeg", ".mp4": "video/mp4"}[source.suffix]
    report = {**child["facts"](str(path), kind, ""), "tags": child["tags"](str(path), kind)}
    said[report.get("validity", "error" if "error" in report else "none")] = said.get(report.get("validity"), 0) + 1
print(json.dumps({"said": said, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}))
"""


def test_a_thousand_damaged_files(film: Callable[[str], Path], job: Path) -> None:
    chain, picture = signing.chain("A company"), job / "picture.jpg"
    Image.effect_noise((64, 64), 50).save(picture)
    signed = [
        signing.sign(picture, job / "signed.jpg", chain),
        signing.sign(film("silent.mp4"), job / "signed.mp4", chain),
    ]
    script = job / "reader.py"
    script.write_text(READER)
    reader = str(child.CHILDREN / "provenance.py")
    names = "|".join(str(path) for path in signed)
    command = [sys.executable, "-I", str(script), reader, names, "7", str(FILES)]
    outcome = child.run(command, limits=provenance.LIMITS, job=job)
    assert outcome.ok, outcome.errors
    told = json.loads(outcome.output)
    assert told["peak"] * 1024 < 400 * MIB
    assert {"error", "Invalid"} <= set(told["said"])
