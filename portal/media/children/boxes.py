"""Walks the boxes of an MP4 or MOV and takes out the words a maker's program left there; never the film itself.

Standard library only, for `provenance.py` loads it inside the fence. The file is a stranger's: sizes, depth and counts
are bounded, and a box that claims more than its parent holds ends the walk of that parent.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

MOST_BOXES = 2000
MOST_TEXT = 1024**2
XMP_UUID = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
ITEM_NAMES = {b"\xa9nam": "title", b"\xa9cmt": "comment", b"\xa9too": "encoder", b"desc": "description"}
_TEXT_ITEM = 1


class Box(NamedTuple):
    """One box: its type and where its contents begin and end, in bytes from the beginning of the file."""

    kind: bytes
    start: int
    end: int


class Words(NamedTuple):
    """What was found: packets of XMP as they stand, and named texts in the order they came."""

    xmp: list[bytes]
    texts: list[tuple[str, str]]


class Walk:
    """One walk through one file; it ends after MOST_BOXES boxes or MOST_TEXT bytes taken out."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.whole = file, Box(b"", 0, size)
        self.boxes, self.taken = 0, 0
        self.words = Words([], [])

    def inside(self, parent: Box, skip: int = 0) -> Iterator[Box]:
        """The boxes within a box, after `skip` bytes of its own fields."""
        at = parent.start + skip
        while at + 8 <= parent.end and self.boxes < MOST_BOXES:
            self.boxes += 1
            self.file.seek(at)
            head = self.file.read(16)
            if len(head) < 8:
                return
            size, kind = struct.unpack_from(">I4s", head)
            length = 8
            if size == 1 and len(head) == 16:
                size, length = struct.unpack_from(">Q", head, 8)[0], 16
            size = size or parent.end - at
            if size < length or at + size > parent.end:
                return
            yield Box(kind, at + length, at + size)
            at += size

    def read(self, box: Box, skip: int = 0) -> bytes:
        """The contents of a box after `skip` bytes; nothing where that would be more than the walk may take."""
        size = box.end - box.start - skip
        if size <= 0 or self.taken + size > MOST_TEXT:
            return b""
        self.taken += size
        self.file.seek(box.start + skip)
        return self.file.read(size)

    def top(self) -> None:
        """XMP beside the film, and everything that hangs under `moov`."""
        for box in self.inside(self.whole):
            if box.kind == b"uuid" and self._uuid(box) == XMP_UUID:
                self.words.xmp.append(self.read(box, 16))
            elif box.kind == b"moov":
                self._under_moov(box)

    def _uuid(self, box: Box) -> bytes:
        self.file.seek(box.start)
        return self.file.read(16) if box.end - box.start >= 16 else b""

    def _under_moov(self, moov: Box) -> None:
        for box in self.inside(moov):
            if box.kind == b"udta":
                self._user_data(box)
            elif box.kind == b"meta":
                self._meta(box)

    def _user_data(self, udta: Box) -> None:
        for box in self.inside(udta):
            if box.kind == b"XMP_":
                self.words.xmp.append(self.read(box))
            elif box.kind == b"meta":
                self._meta(box)
            elif box.kind in ITEM_NAMES:
                # QuickTime's own form: two bytes of length and two of language before the text.
                self._keep(ITEM_NAMES[box.kind], self.read(box, 4))
            elif box.kind == b"AIGC":
                self._keep("AIGC", self.read(box))

    def _meta(self, meta: Box) -> None:
        """The pairs of a `meta` box, of Apple's kind (a list of keys beside the items) or of iTunes' (items alone)."""
        self.file.seek(meta.start + 4)
        # ISO gives `meta` a version of four bytes, QuickTime does not.
        skip = 0 if self.file.read(4) == b"hdlr" else 4
        names: list[str] = []
        for box in self.inside(meta, skip):
            if box.kind == b"keys":
                names = [_text(self.read(key)) for key in self.inside(box, 8)]
            elif box.kind == b"ilst":
                self._items(box, names)

    def _items(self, ilst: Box, names: list[str]) -> None:
        for item in self.inside(ilst):
            place = int.from_bytes(item.kind, "big")
            name = names[place - 1] if 0 < place <= len(names) else ITEM_NAMES.get(item.kind, "")
            for part in self.inside(item):
                if part.kind == b"name":
                    name = _text(self.read(part, 4))
                elif part.kind == b"data" and name:
                    self._keep(name, self._item_text(part))

    def _item_text(self, data: Box) -> bytes:
        self.file.seek(data.start)
        kind = int.from_bytes(self.file.read(4), "big")
        return self.read(data, 8) if kind == _TEXT_ITEM else b""

    def _keep(self, name: str, value: bytes) -> None:
        if value:
            self.words.texts.append((name, _text(value)))


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace").strip("\x00 \r\n")


def walk(file: BinaryIO, size: int) -> Words:
    """The words of an MP4 or MOV of `size` bytes."""
    found = Walk(file, size)
    found.top()
    return found.words
