"""From a received file to what is shown of it, without a database: examined first, then made playable."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from portal.media import checks, child, ffmpeg, images, inspection, openings, provenance, stream, subtitles, transcode
from portal.media.checks import Rule
from portal.media.contract import Storage
from portal.media.findings import Finding, Refused
from portal.media.inspection import Facts
from portal.media.models import RenditionKind, Slot
from portal.media.probe import Film, probe
from portal.media.stream import Variant
from portal.media.transcode import Encoded

LEAST_POSTER_WIDTH = 600
# What is left after encoding is cutting, one picture and the fingerprint: a moment for each.
_ENCODED = 0.97
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work on one asset; `attempt` proves later that the worker still holds it."""

    asset_id: int
    attempt: int
    slot: Slot
    key: str
    rule: Rule = field(default_factory=Rule)
    claimed_sha256: str = ""
    facts: Facts | None = None
    credits_from: float | None = None
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A file made and already in the storage; `name` tells the files of one stream apart."""

    kind: RenditionKind
    key: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None
    name: str = ""


@dataclass(slots=True)
class Result:
    """What came of a job: `refused` says whether the findings stop the file, `told` is kept with the row's facts."""

    sha256: str = ""
    facts: Facts | None = None
    findings: list[Finding] = field(default_factory=list)
    flaws: list[Finding] = field(default_factory=list)
    refused: bool = False
    made: list[Made] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    picture: bytes = b""
    sound: bytes = b""


@dataclass(frozen=True, slots=True)
class Bench:
    """Where a file is worked on: its bytes at `original`, a folder that is gone afterwards, the ffmpeg in use."""

    job: Job
    store: Storage
    folder: Path
    original: Path
    binary: str
    anchors: str = ""


def examine(job: Job, store: Storage, *, configured: str = "", anchors: str = "") -> Result:
    """Proves the bytes and holds a film against its category; pictures and captions are made at once.

    `configured` is the ffmpeg named in the settings, empty for the one that came with the package; `anchors` are the
    certificates that may vouch for where a file came from, in PEM.
    """
    result = Result()
    try:
        with child.job_directory(store.jobs) as folder, store.fetched(job.key, folder) as original:
            result.sha256 = _digest(original)
            if job.claimed_sha256 and job.claimed_sha256 != result.sha256:
                raise Refused("altered")
            if code := openings.refusal(job.slot, _opening(original)):
                raise Refused(code)
            _EXAMINERS[job.slot](Bench(job, store, folder, original, ffmpeg.binary(configured), anchors), result)
    except Refused as refused:
        result.findings, result.refused = [refused.finding], True
    return result


def make_playable(
    job: Job, store: Storage, *, on_progress: Progress, configured: str = "", anchors: str = ""
) -> Result:
    """Makes everything that is shown of an examined film; one that ends early is refused."""
    assert job.facts is not None
    result = Result(facts=job.facts)
    try:
        with child.job_directory(store.jobs) as folder:
            with store.fetched(job.key, folder) as original:
                bench = Bench(job, store, folder, original, ffmpeg.binary(configured), anchors)
                encoded = _encode(bench, job.facts.film, result, on_progress)
            result.made = _make(bench, job.facts.film, encoded)
            _fingerprint(folder, result)
    except Refused as refused:
        result.findings, result.refused = [refused.finding], True
    on_progress(1.0)
    return result


def _encode(bench: Bench, film: Film, result: Result, on_progress: Progress) -> Encoded:
    original, folder = bench.original, bench.folder
    result.told["provenance"] = _provenance(bench)
    encoded = transcode.encode(
        original, film, folder, binary=bench.binary, on_progress=lambda done: on_progress(done * _ENCODED)
    )
    copy = probe(folder / encoded.fallback.file, folder)
    if film.seconds - copy.seconds > max(1.0, film.seconds * 0.01):
        raise Refused("cut_off", found=copy.seconds, length=film.seconds)
    result.flaws = checks.flaws(film, encoded.black, encoded.still)
    result.told["strip"] = encoded.strip.to_json()
    return encoded


def _make(bench: Bench, film: Film, encoded: Encoded) -> list[Made]:
    """Everything is made before anything is kept, so that a disk that fills up on the way leaves nothing behind."""
    store, folder, binary = bench.store, bench.folder, bench.binary
    fallback, strip = folder / encoded.fallback.file, encoded.strip
    variants = stream.cut(encoded, folder, binary=binary, seconds=film.seconds, channels=film.channels)
    master = folder / stream.MASTER
    master.write_text(stream.master(variants, encoded.fallback, film.frames_per_second))
    frame = images.render(transcode.take_frame(fallback, film, folder, binary=binary), folder)
    sheet = transcode.lay_out(strip, folder, binary=binary)
    sheet_size = (strip.columns * strip.width, strip.rows * strip.height)
    return [
        *_keep_stream(store, master, variants),
        *_keep_pictures(store, frame, RenditionKind.FRAME),
        _keep(store, RenditionKind.STRIP, sheet, "image/webp", sheet_size),
        _keep(store, RenditionKind.SCREENER, fallback, "video/mp4", (encoded.fallback.width, encoded.fallback.height)),
    ]


def _keep_stream(store: Storage, master: Path, variants: list[Variant]) -> Iterator[Made]:
    """The files of the stream: the master, and for each rung its playlist and its segments."""
    yield _streamed(store, master, stream.PLAYLIST_TYPE)
    for variant in variants:
        shape = (variant.rung.width, variant.rung.height)
        yield _streamed(store, master.with_name(variant.playlist), stream.PLAYLIST_TYPE, shape)
        yield _streamed(store, master.with_name(variant.segments), stream.SEGMENTS_TYPE, shape)


def _fingerprint(folder: Path, result: Result) -> None:
    # Only here, where a worker is: the web process imports this module for its types and does without numpy.
    from portal.media import fingerprints

    result.picture = fingerprints.picture((folder / transcode.GREYS).read_bytes())
    chroma = folder / transcode.CHROMA
    result.sound = fingerprints.sound(chroma.read_bytes()) if chroma.exists() else b""


def _examine_film(bench: Bench, result: Result) -> None:
    job = bench.job
    result.facts = inspection.inspect(bench.original, bench.folder, binary=bench.binary)
    verdict = checks.check(result.facts, job.rule, credits_from=job.credits_from)
    result.findings = verdict.findings
    result.refused = not verdict.accepted and not job.overridden


def _examine_image(bench: Bench, result: Result) -> None:
    still = images.render(bench.original, bench.folder, least_width=LEAST_POSTER_WIDTH)
    result.told["provenance"] = _provenance(bench)
    result.made = _keep_pictures(bench.store, still, RenditionKind.WIDE)


def _examine_clip(bench: Bench, result: Result) -> None:
    """A clip is kept as it came, for its credentials are why it is here: nobody watches it, no copy is made."""
    result.told["provenance"] = _provenance(bench)


def _provenance(bench: Bench) -> dict[str, Any]:
    return provenance.probe(bench.original, _opening(bench.original), bench.folder, anchors=bench.anchors)


def _examine_subtitles(bench: Bench, result: Result) -> None:
    path = bench.folder / stream.CAPTIONS_TEXT
    path.write_bytes(subtitles.webvtt(_opening(bench.original, subtitles.MOST_BYTES + 1)))
    result.made = [_keep(bench.store, RenditionKind.CAPTIONS, path, stream.CAPTIONS_TYPE)]


def _examine_paper(bench: Bench, result: Result) -> None:
    """A paper is kept as it came and only ever saved, never shown; a photo of one must be a photo."""
    if openings.starts_like_an_image(_opening(bench.original)):
        images.render(bench.original, bench.folder)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _opening(path: Path, size: int = 256) -> bytes:
    with path.open("rb") as file:
        return file.read(size)


def _keep_pictures(store: Storage, still: images.Still, widest: RenditionKind) -> list[Made]:
    kinds = (widest, RenditionKind.SMALL)
    pairs = zip(kinds, still.pictures, strict=True)
    return [_keep(store, kind, made.path, "image/webp", (made.width, made.height)) for kind, made in pairs]


def _streamed(store: Storage, path: Path, content_type: str, shape: tuple[int, int] | None = None) -> Made:
    # Taken into the storage the file loses its name, which is how the playlists call it.
    return replace(_keep(store, RenditionKind.STREAM, path, content_type, shape), name=path.name)


def _keep(
    store: Storage, kind: RenditionKind, path: Path, content_type: str, shape: tuple[int, int] | None = None
) -> Made:
    width, height = shape or (None, None)
    size = path.stat().st_size
    return Made(kind, store.adopt(path), content_type, size, width, height)


_EXAMINERS: dict[Slot, Callable[[Bench, Result], None]] = {
    Slot.FILM: _examine_film,
    Slot.REPLACEMENT: _examine_film,
    Slot.TRAILER: _examine_film,
    Slot.EVIDENCE: _examine_clip,
    Slot.POSTER: _examine_image,
    Slot.STILL: _examine_image,
    Slot.SUBTITLE: _examine_subtitles,
    Slot.CONSENT: _examine_paper,
}
