"""A real server that speaks S3 (moto's), with the two refusals it cannot make by itself: full, and out of order."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import make_server

from portal.media import s3

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
KEY, SECRET, BUCKET = "pan", "slash/and+plus", "films"
_REFUSAL = "<?xml version='1.0'?><Error><Code>{code}</Code><Message>no</Message></Error>"


class Switched:
    """The S3 application; while it has a `refusal`, it answers some methods with that."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self.refusal: tuple[str, str] = ("", "")
        self.methods: tuple[str, ...] = ()
        self.url = ""

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in self.methods:
            return self._application(environ, start_response)
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        status, code = self.refusal
        start_response(status, [("Content-Type", "application/xml")])
        return [_REFUSAL.format(code=code).encode()]

    @contextmanager
    def refusing(self, status: str, code: str, methods: tuple[str, ...] = ("PUT", "POST")) -> Iterator[None]:
        """Requests by these methods are refused until the block ends."""
        self.refusal, self.methods = (status, code), methods
        try:
            yield
        finally:
            self.methods = ()


@contextmanager
def served() -> Iterator[Switched]:
    """The server on a free port, with one empty bucket."""
    from moto.server import DomainDispatcherApplication, create_backend_app

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = Switched(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True)
    application.url = (
        f"s3://{KEY}:slash%2Fand%2Bplus@127.0.0.1:{server.server_port}/{BUCKET}?region=ap-northeast-2&tls=0"
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        make_bucket(application.url)
        yield application
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def make_bucket(url: str) -> None:
    """The bucket the portal is told to use; an operator makes it by hand."""
    s3.place(url).ask("create_bucket", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-2"})


def empty(url: str) -> None:
    """Frees everything in the bucket."""
    there = s3.place(url)
    for row in there.pages("list_multipart_uploads", "Uploads"):
        there.ask("abort_multipart_upload", Key=row["Key"], UploadId=row["UploadId"])
    for row in there.pages("list_objects_v2", "Contents"):
        there.ask("delete_object", Key=row["Key"])
