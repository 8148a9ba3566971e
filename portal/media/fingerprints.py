"""What a film looks and sounds like in few bytes: a perceptual hash for each second, and Chromaprint's raw sound.

The picture's hash is the classic one: 64 signs of the low frequencies of a small grey picture, held against their
median; it survives another size, codec and brightness. Imports numpy, so only workers import this module.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from portal.media.transcode import GREY_SIDE

LOW = 8
# A picture as even as this (black, a plain card) looks like any other; its hash is 0 and says nothing.
_EVEN = 4.0
# An hour and a half at 8 values a second; nobody's film is recognised by more.
MOST_SOUND_BYTES = 4 * 8 * 5400


def picture(greys: bytes) -> bytes:
    """Eight bytes for each grey picture of 32 by 32, big-endian; zeros where there is nothing to recognise."""
    frame = GREY_SIDE * GREY_SIDE
    whole = len(greys) // frame * frame
    shown = np.frombuffer(greys[:whole], np.uint8).reshape(-1, GREY_SIDE, GREY_SIDE).astype(np.float32)
    waves = _waves()
    low = (waves @ shown @ waves.T).reshape(-1, LOW * LOW)
    low[:, 0] = 0  # the mean: brightness is not what is recognised
    signs = np.packbits(low > np.median(low[:, 1:], axis=1, keepdims=True), axis=1)
    signs[shown.std(axis=(1, 2)) < _EVEN] = 0
    return signs.tobytes()


def sound(chroma: bytes) -> bytes:
    """Chromaprint's raw values, little-endian, as far as they are kept."""
    return chroma[: min(len(chroma) // 4 * 4, MOST_SOUND_BYTES)]


def _waves() -> npt.NDArray[np.float32]:
    """The first eight waves of the discrete cosine transform over one side."""
    waves = np.cos(np.pi / GREY_SIDE * (np.arange(GREY_SIDE) + 0.5) * np.arange(LOW)[:, None])
    return np.asarray(waves, np.float32)
