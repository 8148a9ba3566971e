"""An upload to S3 under way: parts of 8 MiB, and the rest below a part in an object of its own.

What is safe of it (the id of the multipart upload, the tag of each part, the length of the rest) is kept in the notes,
never guessed from the bucket: a part that no note names does not count, and the file is put together from the named
tags alone, so that a writer that was overtaken cannot mix its bytes in.
"""

from __future__ import annotations

import hashlib
import os
import time
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from io import FileIO
from typing import Any

from portal.media import keys
from portal.media.contract import Kept, Notes, Source
from portal.media.pouring import PIECE, pour, write_all
from portal.media.s3 import Place

# 64 GiB, the largest film, are 8192 of them; S3 takes 10,000.
PART = 8 * 1024**2
_NOTED_EVERY = 10.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What is safe of an upload: its multipart `id`, the tags of its whole parts, the bytes of the rest behind them."""

    id: str = ""
    tags: tuple[str, ...] = ()
    rest: int = 0

    @property
    def size(self) -> int:
        """The bytes that count."""
        return len(self.tags) * PART + self.rest

    @classmethod
    def of(cls, kept: Kept) -> Progress:
        """The progress in the notes."""
        return cls(kept["id"], tuple(kept["tags"]), kept["rest"]) if kept else cls()


class Draft:
    """The objects of one upload under way."""

    def __init__(self, place: Place, key: str) -> None:
        self._place = place
        self._key, self._file = key, file(key)

    def begin(self) -> str:
        """Begins a multipart upload and gives its id."""
        return str(self._place.ask("create_multipart_upload", Key=self._file)["UploadId"])

    def put_part(self, progress: Progress, part: FileIO, md5: str) -> Progress:
        """Hands in the next whole part."""
        number = len(progress.tags) + 1
        asked = {"Key": self._file, "UploadId": progress.id, "PartNumber": number, "ContentMD5": md5}
        tag = self._place.ask("upload_part", Body=part, **asked)["ETag"]
        return replace(progress, tags=(*progress.tags, tag), rest=0)

    def put_rest(self, progress: Progress, part: FileIO, md5: str) -> None:
        """Puts what is below a part where the next request finds it."""
        self._place.ask("put_object", Key=self._rest(progress), Body=part, ContentMD5=md5)

    def rest(self, progress: Progress) -> Iterator[bytes]:
        """The bytes below a part."""
        return self._place.read(self._rest(progress)) if progress.rest else iter(())

    def drop_rest(self, progress: Progress) -> None:
        """Deletes a rest that went into a part or a longer rest."""
        if progress.rest:
            self._place.ask("delete_object", Key=self._rest(progress))

    def put_together(self, progress: Progress) -> None:
        """Makes the file of all parts and the rest, inside the bucket."""
        rest: dict[str, Any] = {"CopySource": {"Bucket": self._place.address.bucket, "Key": self._rest(progress)}}
        if not progress.tags:
            self._place.ask("copy_object", Key=self._file, **rest)
            return
        tags, upload = list(progress.tags), {"Key": self._file, "UploadId": progress.id}
        if progress.rest:
            copied = self._place.ask("upload_part_copy", PartNumber=len(tags) + 1, **upload, **rest)
            tags.append(copied["CopyPartResult"]["ETag"])
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in enumerate(tags, 1)]
        self._place.ask("complete_multipart_upload", MultipartUpload={"Parts": parts}, **upload)

    def forget(self) -> None:
        """Frees every part and every rest of this upload, also those that no note names."""
        for row in self._place.pages("list_multipart_uploads", "Uploads", Prefix=self._file):
            self._place.ask("abort_multipart_upload", Key=self._file, UploadId=row["UploadId"])
        for row in self._place.pages("list_objects_v2", "Contents", Prefix=f"rests/{self._key}/"):
            self._place.ask("delete_object", Key=row["Key"])

    def _rest(self, progress: Progress) -> str:
        return f"rests/{self._key}/{progress.size}"


class PartWriting:
    """One writer's hold on one upload: the part in the making is a nameless file of at most 8 MiB."""

    def __init__(self, draft: Draft, notes: Notes, safe: Progress, part: FileIO, proof: str | None) -> None:
        self._draft, self._notes, self._part = draft, notes, part
        self._safe = self._now = safe
        self._digest = hashlib.new(proof, usedforsecurity=False) if proof else None
        self._proved = proof is None
        self._noted_at = time.monotonic()
        self._load_rest()

    @property
    def offset(self) -> int:
        """Where the next byte goes."""
        return len(self._now.tags) * PART + self._filled

    @property
    def _filled(self) -> int:
        return os.lseek(self._part.fileno(), 0, os.SEEK_CUR)

    def append(self, source: Source, length: int) -> int:
        """Writes up to `length` bytes, a part at a time; fewer when the source ends or breaks off early."""
        written = 0
        while written < length:
            asked = min(PIECE, PART - self._filled, length - written)
            came = pour(source, self._part.fileno(), asked)
            written += came
            self._look_at(came)
            if came < asked:
                break
        return written

    def digest(self) -> bytes:
        """The digest of everything this writing appended."""
        return self._digest.digest() if self._digest else b""

    def settle(self) -> None:
        """Everything this writing appended is true; leaving it writes that down."""
        self._proved = True

    def cut_back(self) -> None:
        """Forgets everything this writing appended: nothing of it was noted."""
        self._now = self._safe
        self._load_rest()

    def put_rest(self) -> None:
        """Writes down all that is proved, the bytes below a part with it."""
        if not self._proved or self.offset == self._safe.size:
            return
        before, self._now = self._safe, replace(self._now, rest=self._filled)
        if self._now.rest:
            self._draft.put_rest(self._now, self._part, self._rewound())
        self._note()
        self._draft.drop_rest(before)

    def _look_at(self, came: int) -> None:
        if self._digest:
            self._digest.update(os.pread(self._part.fileno(), came, self._filled - came))
        if self._filled == PART:
            self._put_part()
        elif time.monotonic() - self._noted_at > _NOTED_EVERY:
            self._note()

    def _put_part(self) -> None:
        if not self._now.id:
            self._now = replace(self._now, id=self._draft.begin())
            self._safe = replace(self._safe, id=self._now.id)
        before = self._safe
        self._now = self._draft.put_part(self._now, self._part, self._rewound())
        self._part.truncate(0)
        self._part.seek(0)
        self._note()
        if self._safe != before:
            self._draft.drop_rest(before)

    def _note(self) -> None:
        """Writes down what counts; while its proof is awaited that is what counted before."""
        safe = self._now if self._proved and self._now.size > self._safe.size else self._safe
        self._notes.keep(asdict(safe))
        self._safe, self._noted_at = safe, time.monotonic()

    def _load_rest(self) -> None:
        self._part.truncate(0)
        self._part.seek(0)
        for piece in self._draft.rest(self._safe):
            write_all(self._part.fileno(), piece)

    def _rewound(self) -> str:
        self._part.seek(0)
        md5 = hashlib.file_digest(self._part, lambda: hashlib.md5(usedforsecurity=False)).digest()
        self._part.seek(0)
        return b64encode(md5).decode()


def file(key: str) -> str:
    """The name of a file in the bucket; only a key this portal could have made has one."""
    return f"files/{keys.genuine(key)}"
