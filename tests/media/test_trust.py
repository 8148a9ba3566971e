"""The lists of who may vouch: fetched by an operator, all or none, and only over https."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from portal.media import trust
from tests.media import signing


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a line in the log for each."""

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def https(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The folder behind an https address that this process trusts."""
    certificate, key = signing.server_certificate()
    (folder / "server.crt").write_bytes(certificate)
    (folder / "server.key").write_bytes(key)
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "server.crt"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.crt", folder / "server.key")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_lists_are_fetched_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, offered = tmp_path / "trust", tmp_path / "offered"
    offered.mkdir()
    both = signing.chain("One").root + signing.chain("Two").root
    (offered / "good.pem").write_text(both)
    (offered / "other.pem").write_text("not a certificate")
    with https(offered, monkeypatch) as address:
        good, other = f"{address}/good.pem", f"{address}/other.pem"
        assert trust.refresh(folder, (good,)) == [("good.pem", 2)]
        (offered / "good.pem").write_text(signing.chain("Three").root)
        with pytest.raises(trust.Unusable, match=r"other\.pem"):
            trust.refresh(folder, (good, other))
        with pytest.raises(trust.Unusable, match="404"):
            trust.refresh(folder, (f"{address}/missing.pem",))
        monkeypatch.setattr(trust, "MOST_BYTES", 10)
        with pytest.raises(trust.Unusable, match="larger"):
            trust.refresh(folder, (good,))
    assert trust.anchors(folder) == both.strip()
    assert [path.name for path in folder.iterdir()] == ["good.pem"]


@pytest.mark.parametrize("address", ["http://pan.example/list.pem", "file:///etc/list.pem", "https://pan.example/"])
def test_only_https_addresses_of_lists_are_asked(tmp_path: Path, address: str) -> None:
    with pytest.raises(trust.Unusable, match="https"):
        trust.refresh(tmp_path, (address,))
