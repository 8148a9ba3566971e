"""What the portal has to say about a file: a code for the row, exact figures, and a sentence on how to put it right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from portal import i18n
from portal.i18n import N_


class Severity(StrEnum):
    """How much a finding matters: a remark, something to put right, or a file that cannot be used at all."""

    NOTICE = "notice"
    FIX = "fix"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be found; `figure` and `rule` name the number found and the number it is held against."""

    severity: Severity
    sentence: str
    figure: str = ""
    rule: str = ""


_NOTICE, _FIX, _REFUSE = Severity.NOTICE, Severity.FIX, Severity.REFUSE
KINDS = {
    "empty": Kind(_REFUSE, N_("The file is empty. Save it again and upload the new file.")),
    "not_a_film": Kind(_REFUSE, N_("We can't open this file. Upload an MP4, MOV, MKV, WebM, MXF, MPG or AVI film.")),
    "unreadable": Kind(
        _REFUSE, N_("This film is damaged and can't be opened. Export it again and upload the new file.")
    ),
    "no_picture": Kind(_REFUSE, N_("There is no moving picture in this file. Export it again with picture and sound.")),
    "undecodable": Kind(_REFUSE, N_("We can't show this picture. Export the film in H.264 or ProRes as MP4 or MOV.")),
    "cut_off": Kind(
        _REFUSE,
        N_("Only {found} of {length} is in this file. Export the film again and upload the whole file."),
        *("found", "length"),
    ),
    "too_big_picture": Kind(
        _REFUSE,
        N_("The picture is {width}×{height}. We take films up to 8192×4320. Export a smaller one."),
        "width",
    ),
    "too_heavy": Kind(
        _REFUSE, N_("This film took too much time or memory to read. Export it in H.264 as MP4 and upload again.")
    ),
    "gave_up": Kind(
        _REFUSE, N_("We tried three times and could not read this film. Export it in H.264 as MP4 and upload again.")
    ),
    "altered": Kind(_REFUSE, N_("The file changed on its way to us. Upload it once more.")),
    "too_long": Kind(
        _FIX,
        N_("It runs {length}. This category takes films up to {limit}. Cut {over}."),
        *("length", "limit"),
    ),
    "too_short": Kind(_FIX, N_("It runs {length}. This category takes films from {limit}."), "length", "limit"),
    "too_low": Kind(
        _FIX,
        N_("The picture is {width}×{height}. This category needs at least {limit} lines. Export a larger one."),
        *("lines", "limit"),
    ),
    "credits": Kind(_NOTICE, N_("Counted without the closing credits: {length} of {whole}."), "length", "whole"),
    "no_sound": Kind(_NOTICE, N_("There is no sound in this film. If it is silent on purpose, all is well.")),
    "silent": Kind(
        _NOTICE,
        N_("There is a sound track, but nothing can be heard on it. If the film is silent on purpose, all is well."),
    ),
    "sound_ends": Kind(
        _NOTICE,
        N_("The sound ends at {found}, the picture at {length}. If that is on purpose, all is well."),
        *("found", "length"),
    ),
    "surround": Kind(
        _NOTICE,
        N_("The sound has {channels} channels. The review copy plays it in stereo; your file stays as it is."),
        "channels",
    ),
    "quiet": Kind(
        _NOTICE,
        N_("The sound is very quiet: {loudness} LUFS. Below {limit} much is lost in a hall. Raise it if you can."),
        *("loudness", "limit"),
    ),
    "loud": Kind(
        _NOTICE,
        N_("The sound is very loud: {loudness} LUFS. Above {limit} it tires a hall. Lower it if you can."),
        *("loudness", "limit"),
    ),
    "peak": Kind(
        _NOTICE,
        N_("The sound peaks at {peak} dBTP. Above {limit} it may crackle. Lower it a little if you can."),
        *("peak", "limit"),
    ),
    "silence": Kind(
        _NOTICE,
        N_("Nothing can be heard for {length}, from {at} on. If that is on purpose, all is well."),
        "length",
    ),
    "black_start": Kind(
        _NOTICE, N_("The film begins with {length} of black. Up to {limit} is usual."), "length", "limit"
    ),
    "black_end": Kind(_NOTICE, N_("The film ends with {length} of black. Up to {limit} is usual."), "length", "limit"),
    "black": Kind(
        _NOTICE, N_("The picture is black for {length}, from {at} on. If that is on purpose, all is well."), "length"
    ),
    "frozen": Kind(
        _NOTICE,
        N_("The picture stands still for {length}, from {at} on. If that is on purpose, all is well."),
        "length",
    ),
    "interlaced": Kind(
        _NOTICE, N_("The picture is interlaced. The review copy is deinterlaced; your file stays as it is.")
    ),
    "odd_rate": Kind(
        _NOTICE, N_("It runs at {rate} frames a second. Cinemas show 24 to 60; export it anew if you can."), "rate"
    ),
    "vfr": Kind(
        _NOTICE, N_("The frame rate changes within the film. Cinemas need a constant one: export with a fixed rate.")
    ),
    "hdr": Kind(
        _NOTICE, N_("The picture is HDR. The review copy shows it in standard range; your file stays as it is.")
    ),
    "not_an_image": Kind(_REFUSE, N_("We can't open this image. Upload a JPEG, PNG or WebP.")),
    "too_many_pixels": Kind(
        _REFUSE,
        N_("This image is {width}×{height}. We take images up to 100 megapixels. Save a smaller one."),
        "width",
    ),
    "image_too_small": Kind(
        _FIX, N_("This image is {width}×{height}. It needs to be at least {limit} wide."), "width", "limit"
    ),
    "not_subtitles": Kind(_REFUSE, N_("We can't read these subtitles. Upload an SRT or WebVTT file saved as UTF-8.")),
    "not_a_clip": Kind(_REFUSE, N_("We can't open this clip. Upload the file as the AI tool gave it to you.")),
    "not_a_paper": Kind(_REFUSE, N_("We can't open this paper. Upload a PDF, or a JPEG, PNG or WebP picture of it.")),
    "subtitle_time": Kind(
        _FIX, N_("The time of subtitle {number} is wrong: {text}. Correct it and upload again."), "number"
    ),
}
SENTENCES = {code: kind.sentence for code, kind in KINDS.items()}
_DURATIONS = {"length", "found", "over", "whole"}
_DURATION_LIMITS = {"too_long", "too_short", "black_start", "black_end"}
_SHOWN: dict[str, Callable[[Any], str]] = {
    **dict.fromkeys(_DURATIONS, i18n.duration),
    "at": lambda seconds: "{}:{:02}".format(*divmod(round(seconds), 60)),
    "loudness": lambda level: i18n.number(level, 1),
    "peak": lambda level: i18n.number(level, 1),
    "rate": lambda rate: f"{float(rate):.3f}".rstrip("0").rstrip("."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file; `figures` are plain numbers, durations in seconds."""

    code: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """How much it matters."""
        return KINDS[self.code].severity

    @property
    def sentence(self) -> str:
        """What was found and how to put it right, in the language in use."""
        return i18n.translate(SENTENCES[self.code]).format(**self.shown)

    @property
    def shown(self) -> dict[str, str]:
        """The figures as the sentence shows them, in the language in use."""
        return {name: _shown(self.code, name, value) for name, value in self.figures.items()}

    @property
    def figure(self) -> Any:
        """The number that was found; None where the finding is not about one."""
        return self.figures.get(KINDS[self.code].figure)

    @property
    def rule(self) -> Any:
        """The number it is held against; None where there is no such rule."""
        return self.figures.get(KINDS[self.code].rule)

    def to_json(self) -> dict[str, Any]:
        """The finding as it is kept in a row."""
        return {"code": self.code, **self.figures}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Finding:
        """The finding kept in a row."""
        return cls(kept["code"], {name: value for name, value in kept.items() if name != "code"})


def verdict(findings: Iterable[Finding]) -> str:
    """The verdict that findings add up to: `ok`, `notice`, `fix` or `refuse`, as the gravest of them has it."""
    order = ["ok", *Severity]
    return max((str(finding.severity) for finding in findings), key=order.index, default="ok")


def _shown(code: str, name: str, value: Any) -> str:
    if name == "limit" and code in _DURATION_LIMITS:
        return i18n.duration(value)
    return _SHOWN.get(name, str)(value)


class Refused(Exception):
    """This file cannot be taken; the finding says why and what to do."""

    def __init__(self, code: str, **figures: Any) -> None:
        super().__init__(code)
        self.finding = Finding(code, figures)
