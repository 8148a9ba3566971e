"""What the portal has to say about a file: a code for the row, exact figures, and a sentence on how to put it right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal import i18n
from portal.i18n import N_

SENTENCES = {
    "empty": N_("The file is empty. Save it again and upload the new file."),
    "not_a_film": N_("We can't open this file. Upload an MP4, MOV, MKV, WebM, MXF, MPG or AVI film."),
    "unreadable": N_("This film is damaged and can't be opened. Export it again and upload the new file."),
    "no_picture": N_("There is no moving picture in this file. Export it again with picture and sound."),
    "undecodable": N_("We can't show this picture. Export the film in H.264 or ProRes as MP4 or MOV."),
    "cut_off": N_("Only {found} of {length} is in this file. Export the film again and upload the whole file."),
    "too_big_picture": N_("The picture is {width}×{height}. We take films up to 8192×4320. Export a smaller one."),
    "too_heavy": N_("This film took too much time or memory to read. Export it in H.264 as MP4 and upload again."),
    "gave_up": N_("We tried three times and could not read this film. Export it in H.264 as MP4 and upload again."),
    "altered": N_("The file changed on its way to us. Upload it once more."),
    "too_long": N_("It runs {length}. This section takes films up to {limit}. Cut {over}."),
    "too_short": N_("It runs {length}. This section takes films from {limit}."),
    "too_low": N_("The picture is {width}×{height}. This section needs at least {limit} lines. Export a larger one."),
    "no_sound": N_("There is no sound in this film. If it is silent on purpose, all is well."),
    "surround": N_("The sound has {channels} channels. The review copy plays it in stereo; your file stays as it is."),
    "interlaced": N_("The picture is interlaced. The review copy is deinterlaced; your file stays as it is."),
    "not_an_image": N_("We can't open this image. Upload a JPEG, PNG or WebP."),
    "too_many_pixels": N_("This image is {width}×{height}. We take images up to 100 megapixels. Save a smaller one."),
    "image_too_small": N_("This image is {width}×{height}. It needs to be at least {limit} wide."),
    "not_subtitles": N_("We can't read these subtitles. Upload an SRT or WebVTT file saved as UTF-8."),
    "subtitle_time": N_("The time of subtitle {number} is wrong: {text}. Correct it and upload again."),
}
_SHOWN: dict[str, Callable[[Any], str]] = {
    "length": i18n.duration,
    "found": i18n.duration,
    "over": i18n.duration,
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file; `figures` are plain numbers, durations in seconds."""

    code: str
    figures: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What was found and how to put it right, in the language in use."""
        shown = {name: _shown(self.code, name, value) for name, value in self.figures.items()}
        return i18n.translate(SENTENCES[self.code]).format(**shown)

    def to_json(self) -> dict[str, Any]:
        """The finding as it is kept in a row."""
        return {"code": self.code, **self.figures}

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> Finding:
        """The finding kept in a row."""
        return cls(kept["code"], {name: value for name, value in kept.items() if name != "code"})


def _shown(code: str, name: str, value: Any) -> str:
    if name == "limit" and code in ("too_long", "too_short"):
        return i18n.duration(value)
    return _SHOWN.get(name, str)(value)


class Refused(Exception):
    """This file cannot be taken; the finding says why and what to do."""

    def __init__(self, code: str, **figures: Any) -> None:
        super().__init__(code)
        self.finding = Finding(code, figures)
