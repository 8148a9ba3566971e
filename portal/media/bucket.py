"""An S3 bucket as storage: `files/<random id>` is a file, `rests/<random id>/<size>` a bit of an upload under way."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain
from pathlib import Path
from tempfile import TemporaryFile
from urllib.parse import quote

from portal import clock
from portal.media import keys
from portal.media.contract import Kept, Notes
from portal.media.parts import Draft, PartWriting, Progress, file
from portal.media.s3 import Place

# A browser keeps asking the address it was sent to, so it lasts as long as one looks at a short film.
GIVEN_OUT_FOR = timedelta(minutes=30)
_NAME = re.compile(r"(?:files|rests)/([0-9a-f]{32})(?:/\d+)?")


class Bucket:
    """One bucket of an S3-compatible store; it must not serve anything else under the same two prefixes."""

    def __init__(self, place: Place, jobs: Path) -> None:
        self._place = place
        self.jobs = jobs

    def new_upload(self) -> str:
        """Gives a key; the bucket learns of it with the first bytes."""
        return keys.new()

    def size(self, key: str, kept: Kept) -> int:
        """The bytes that the notes vouch for."""
        return Progress.of(kept).size

    def room_for(self, size: int) -> bool:
        """Always: a bucket says that it is full by refusing a part."""
        return True

    @contextmanager
    def writing(self, key: str, notes: Notes, *, proof: str | None = None) -> Iterator[PartWriting]:
        """Holds the upload for one writer; raises Busy when it has one."""
        progress = Progress.of(notes.take())
        try:
            with TemporaryFile(buffering=0) as part:
                writing = PartWriting(Draft(self._place, key), notes, progress, part, proof)
                yield writing
                writing.put_rest()
        finally:
            notes.let_go()

    def seal(self, key: str, kept: Kept) -> None:
        """Puts the parts together; a second call finds the file made."""
        draft = Draft(self._place, key)
        try:
            draft.put_together(Progress.of(kept))
        except FileNotFoundError:
            self._place.ask("head_object", Key=file(key))
        draft.forget()

    @contextmanager
    def fetched(self, key: str, folder: Path) -> Iterator[Path]:
        """A copy in the job's folder, gone when the block ends."""
        copy = folder / f"{key}.bin"
        try:
            self._place.give(file(key), copy)
            yield copy
        finally:
            copy.unlink(missing_ok=True)

    def adopt(self, made: Path) -> str:
        """Takes a file made in a job's directory, and gives its key."""
        key = self.new_upload()
        self._place.take(made, file(key))
        made.unlink()
        return key

    def again(self, key: str) -> str:
        """A copy that the store makes by itself; the bytes never come here."""
        made = self.new_upload()
        self._place.copy(file(key), file(made))
        return made

    def address(self, key: str, *, content_type: str, name: str, save: bool) -> str | None:
        """A signed address of the file itself, good for half an hour."""
        shown = f"{'attachment' if save else 'inline'}; filename*=UTF-8''{quote(name, safe='')}"
        return self._place.signed(
            file(key),
            int(GIVEN_OUT_FOR.total_seconds()),
            ResponseContentType=content_type,
            ResponseContentDisposition=shown,
            ResponseCacheControl="private, no-store",
        )

    def path(self, key: str) -> Path:
        """Never: no file of a bucket lies on this machine."""
        raise FileNotFoundError(key)

    def head(self, key: str, size: int = 256) -> bytes:
        """The first bytes of a file."""
        return b"".join(self._place.read(file(key), Range=f"bytes=0-{size - 1}"))

    def delete(self, key: str) -> None:
        """Frees the bytes, whole or in parts; deleting what is gone is no error."""
        self._place.ask("delete_object", Key=file(key))
        Draft(self._place, key).forget()

    def keys(self, *, unchanged_for: timedelta) -> Iterator[str]:
        """The keys of everything here that is older: files, rests and uploads under way."""
        newest = clock.now() - unchanged_for
        objects = (self._place.pages("list_objects_v2", "Contents", Prefix=prefix) for prefix in ("files/", "rests/"))
        uploads = self._place.pages("list_multipart_uploads", "Uploads", Prefix="files/")
        for row in chain(*objects, uploads):
            found = _NAME.fullmatch(row["Key"])
            touched = row["Initiated"] if "Initiated" in row else row["LastModified"]
            if found and touched <= newest:
                yield found[1]
