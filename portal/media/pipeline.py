"""From a received file to what is shown of it, without a database: examined first, then made playable."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from portal.media import checks, child, images, subtitles, transcode
from portal.media.checks import Rule
from portal.media.findings import Finding, Refused
from portal.media.models import RenditionKind, Slot
from portal.media.probe import Film, probe, starts_like_a_film
from portal.media.volume import Volume

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
    film: Film | None = None
    overridden: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """A file made and already on the volume."""

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
    film: Film | None = None
    findings: list[Finding] = field(default_factory=list)
    refused: bool = False
    made: list[Made] = field(default_factory=list)


def examine(job: Job, volume: Volume) -> Result:
    """Proves the bytes and holds a film against its category; pictures and captions are made at once."""
    result = Result(sha256=volume.sha256(job.key))
    try:
        if job.claimed_sha256 and job.claimed_sha256 != result.sha256:
            raise Refused("altered")
        _EXAMINERS[job.slot](job, volume, result)
    except Refused as refused:
        result.findings, result.refused = [refused.finding], True
    return result


def make_playable(job: Job, volume: Volume, *, ffmpeg: str, on_progress: Callable[[float], None]) -> Result:
    """Makes the review copy of an examined film and one picture of it; a film that ends early is refused."""
    assert job.film is not None
    result = Result(film=job.film)
    try:
        with child.job_directory(volume.jobs) as folder:
            result.made = _screener_and_frame(job, job.film, volume, folder, ffmpeg, on_progress)
    except Refused as refused:
        result.findings, result.refused = [refused.finding], True
    return result


def _screener_and_frame(
    job: Job, film: Film, volume: Volume, folder: Path, ffmpeg: str, on_progress: Callable[[float], None]
) -> list[Made]:
    binary = transcode.ffmpeg_binary(ffmpeg)
    screener = transcode.make_screener(volume.path(job.key), film, folder, binary=binary, on_progress=on_progress)
    copy = probe(screener, folder)
    if film.seconds - copy.seconds > max(1.0, film.seconds * 0.01):
        raise Refused("cut_off", found=copy.seconds, length=film.seconds)
    frame = images.render(transcode.take_frame(screener, copy, folder, binary=binary), folder)
    made = _keep(volume, RenditionKind.SCREENER, screener, "video/mp4", (copy.width, copy.height))
    return [made, *_keep_pictures(volume, frame, RenditionKind.FRAME)]


def _examine_film(job: Job, volume: Volume, result: Result) -> None:
    if not starts_like_a_film(volume.head(job.key)):
        raise Refused("not_a_film")
    with child.job_directory(volume.jobs) as folder:
        result.film = probe(volume.path(job.key), folder)
    verdict = checks.check(result.film, job.rule)
    result.findings = [*verdict.reasons, *verdict.notices]
    result.refused = not verdict.accepted and not job.overridden


def _examine_image(job: Job, volume: Volume, result: Result) -> None:
    with child.job_directory(volume.jobs) as folder:
        still = images.render(volume.path(job.key), folder, least_width=LEAST_POSTER_WIDTH)
        result.made = _keep_pictures(volume, still, RenditionKind.WIDE)


def _examine_subtitles(job: Job, volume: Volume, result: Result) -> None:
    captions = subtitles.webvtt(volume.head(job.key, subtitles.MOST_BYTES + 1))
    with child.job_directory(volume.jobs) as folder:
        path = folder / "captions.vtt"
        path.write_bytes(captions)
        result.made = [_keep(volume, RenditionKind.CAPTIONS, path, "text/vtt; charset=utf-8")]


def _keep_pictures(volume: Volume, still: images.Still, widest: RenditionKind) -> list[Made]:
    kinds = (widest, RenditionKind.SMALL)
    pairs = zip(kinds, still.pictures, strict=True)
    return [_keep(volume, kind, made.path, "image/webp", (made.width, made.height)) for kind, made in pairs]


def _keep(
    volume: Volume, kind: RenditionKind, path: Path, content_type: str, shape: tuple[int, int] | None = None
) -> Made:
    width, height = shape or (None, None)
    size = path.stat().st_size
    return Made(kind, volume.adopt(path), content_type, size, width, height)


_EXAMINERS: dict[Slot, Callable[[Job, Volume, Result], None]] = {
    Slot.FILM: _examine_film,
    Slot.POSTER: _examine_image,
    Slot.STILL: _examine_image,
    Slot.SUBTITLE: _examine_subtitles,
}
