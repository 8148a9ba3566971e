"""From a received file to what is shown of it, without a database: examined first, then made playable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portal.media import checks, child, ffmpeg, images, inspection, subtitles, transcode
from portal.media.checks import Rule
from portal.media.contract import Storage
from portal.media.findings import Finding, Refused
from portal.media.inspection import Facts
from portal.media.models import RenditionKind, Slot
from portal.media.probe import Film, probe, starts_like_a_film

LEAST_POSTER_WIDTH = 600


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
    """A file made and already in the storage."""

    kind: RenditionKind
    key: str
    content_type: str
    size: int
    width: int | None = None
    height: int | None = None


@dataclass(slots=True)
class Result:
    """What came of a job: `refused` says whether the findings stop the file."""

    sha256: str = ""
    facts: Facts | None = None
    findings: list[Finding] = field(default_factory=list)
    refused: bool = False
    made: list[Made] = field(default_factory=list)


def examine(job: Job, store: Storage, *, configured: str = "") -> Result:
    """Proves the bytes and holds a film against its category; pictures and captions are made at once.

    `configured` is the ffmpeg named in the settings; empty for the one that came with the package.
    """
    result = Result(sha256=store.sha256(job.key))
    try:
        if job.claimed_sha256 and job.claimed_sha256 != result.sha256:
            raise Refused("altered")
        _EXAMINERS[job.slot](job, store, result, ffmpeg.binary(configured))
    except Refused as refused:
        result.findings, result.refused = [refused.finding], True
    return result


def make_playable(job: Job, store: Storage, *, on_progress: Callable[[float], None], configured: str = "") -> Result:
    """Makes the review copy of an examined film and one picture of it; a film that ends early is refused."""
    assert job.facts is not None
    result = Result(facts=job.facts)
    try:
        with child.job_directory(store.jobs) as folder:
            result.made = _screener_and_frame(job, job.facts.film, store, folder, configured, on_progress)
    except Refused as refused:
        result.findings, result.refused = [refused.finding], True
    return result


def _screener_and_frame(
    job: Job, film: Film, store: Storage, folder: Path, configured: str, on_progress: Callable[[float], None]
) -> list[Made]:
    binary = ffmpeg.binary(configured)
    with store.fetched(job.key, folder) as original:
        screener = transcode.make_screener(original, film, folder, binary=binary, on_progress=on_progress)
    copy = probe(screener, folder)
    if film.seconds - copy.seconds > max(1.0, film.seconds * 0.01):
        raise Refused("cut_off", found=copy.seconds, length=film.seconds)
    frame = images.render(transcode.take_frame(screener, copy, folder, binary=binary), folder)
    made = _keep(store, RenditionKind.SCREENER, screener, "video/mp4", (copy.width, copy.height))
    return [made, *_keep_pictures(store, frame, RenditionKind.FRAME)]


def _examine_film(job: Job, store: Storage, result: Result, binary: str) -> None:
    if not starts_like_a_film(store.head(job.key)):
        raise Refused("not_a_film")
    with child.job_directory(store.jobs) as folder, store.fetched(job.key, folder) as original:
        result.facts = inspection.inspect(original, folder, binary=binary)
    verdict = checks.check(result.facts, job.rule, credits_from=job.credits_from)
    result.findings = verdict.findings
    result.refused = not verdict.accepted and not job.overridden


def _examine_image(job: Job, store: Storage, result: Result, binary: str) -> None:
    with child.job_directory(store.jobs) as folder, store.fetched(job.key, folder) as original:
        still = images.render(original, folder, least_width=LEAST_POSTER_WIDTH)
        result.made = _keep_pictures(store, still, RenditionKind.WIDE)


def _examine_subtitles(job: Job, store: Storage, result: Result, binary: str) -> None:
    captions = subtitles.webvtt(store.head(job.key, subtitles.MOST_BYTES + 1))
    with child.job_directory(store.jobs) as folder:
        path = folder / "captions.vtt"
        path.write_bytes(captions)
        result.made = [_keep(store, RenditionKind.CAPTIONS, path, "text/vtt; charset=utf-8")]


def _keep_pictures(store: Storage, still: images.Still, widest: RenditionKind) -> list[Made]:
    kinds = (widest, RenditionKind.SMALL)
    pairs = zip(kinds, still.pictures, strict=True)
    return [_keep(store, kind, made.path, "image/webp", (made.width, made.height)) for kind, made in pairs]


def _keep(
    store: Storage, kind: RenditionKind, path: Path, content_type: str, shape: tuple[int, int] | None = None
) -> Made:
    width, height = shape or (None, None)
    size = path.stat().st_size
    return Made(kind, store.adopt(path), content_type, size, width, height)


_EXAMINERS: dict[Slot, Callable[[Job, Storage, Result, str], None]] = {
    Slot.FILM: _examine_film,
    Slot.POSTER: _examine_image,
    Slot.STILL: _examine_image,
    Slot.SUBTITLE: _examine_subtitles,
}
