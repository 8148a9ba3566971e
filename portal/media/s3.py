"""The S3 protocol, as far as the bucket needs it: one place, its requests, and what its refusals mean for the portal.

boto3 takes half a second to import and most installations never need it, so it is imported with the first request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from portal.media.contract import Away, StorageFull
from portal.media.pouring import PIECE, full_as_such
from portal.settings import s3_endpoint

_GONE = frozenset({"404", "NotFound", "NoSuchKey", "NoSuchUpload", "InvalidPart"})
# Amazon's own buckets are never full; Ceph, MinIO and their like say so in these words.
_FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "XMinioAdminBucketQuotaExceeded"})
_WAIT = frozenset({"SlowDown", "RequestTimeout", "ServiceUnavailable", "InternalError"})
_SERVER_ERROR, _NO_ROOM = 500, 507


@dataclass(frozen=True, slots=True)
class Address:
    """Where the bucket is, and who asks."""

    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str

    @classmethod
    def read(cls, url: str) -> Address:
        """From `s3://KEY:SECRET@host[:port]/bucket[?region=…&tls=0]`; raises Misconfigured."""
        endpoint, parts = s3_endpoint(url), urlsplit(url)
        region = parse_qs(parts.query).get("region", ["us-east-1"])[-1]
        key, secret = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(endpoint, parts.path.strip("/"), region, key, secret)


class Place:
    """One bucket; objects that are not there, a full store and a silent one are told apart by what is raised."""

    def __init__(self, address: Address) -> None:
        import boto3

        self.address = address
        session = boto3.session.Session(address.access_key, address.secret_key, region_name=address.region)
        self._client = session.client("s3", endpoint_url=address.endpoint, config=_config())

    def ask(self, operation: str, **parameters: Any) -> dict[str, Any]:
        """One request; raises FileNotFoundError, StorageFull or Away."""
        with _told_apart():
            answer: dict[str, Any] = getattr(self._client, operation)(Bucket=self.address.bucket, **parameters)
        return answer

    def pages(self, operation: str, field: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The rows of a listing, page after page."""
        with _told_apart():
            for page in self._client.get_paginator(operation).paginate(Bucket=self.address.bucket, **parameters):
                yield from page.get(field, ())

    def read(self, name: str, **parameters: Any) -> Iterator[bytes]:
        """An object's bytes, a megabyte at a time."""
        with _told_apart():
            found = self._client.get_object(Bucket=self.address.bucket, Key=name, **parameters)
            yield from found["Body"].iter_chunks(PIECE)

    def take(self, made: Path, name: str) -> None:
        """Makes an object of a file, in parts where it is large."""
        with _told_apart(), made.open("rb") as file:
            self._client.upload_fileobj(file, self.address.bucket, name)

    def copy(self, name: str, other: str) -> None:
        """Has the store make one object of another, in parts where it is large."""
        bucket = self.address.bucket
        with _told_apart():
            self._client.copy({"Bucket": bucket, "Key": name}, bucket, other)

    def give(self, name: str, target: Path) -> None:
        """Copies an object into a file on this machine."""
        with _told_apart(), full_as_such(), target.open("wb") as file:
            self._client.download_fileobj(self.address.bucket, name, file)

    def signed(self, name: str, seconds: int, **answer: str) -> str:
        """An address that gives the object out for so long, with the headers of its answer."""
        parameters = {"Bucket": self.address.bucket, "Key": name, **answer}
        return str(self._client.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds))


@cache
def place(url: str) -> Place:
    """The bucket behind an address, one connection pool for each process."""
    return Place(Address.read(url))


def _config() -> Any:
    from botocore.config import Config

    return Config(
        signature_version="s3v4",
        connect_timeout=5,
        read_timeout=60,
        retries={"mode": "standard", "total_max_attempts": 4},
        max_pool_connections=32,
        # Newer checksums are Amazon's own; every part carries its MD5, which all stores verify.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        s3={"addressing_style": "path"},
    )


@contextmanager
def _told_apart() -> Iterator[None]:
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        raise _meant(error.response) or error from error
    except (BotoCoreError, Boto3Error) as error:
        raise Away(str(error)) from error


def _meant(answer: dict[str, Any]) -> Exception | None:
    code, status = answer["Error"].get("Code", ""), answer["ResponseMetadata"]["HTTPStatusCode"]
    if code in _GONE:
        return FileNotFoundError(answer["Error"].get("Key", code))
    if code in _FULL or status == _NO_ROOM:
        return StorageFull(code)
    if code in _WAIT or status >= _SERVER_ERROR:
        return Away(code)
    return None
