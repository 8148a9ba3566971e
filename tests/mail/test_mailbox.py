"""The mailbox of one machine: takes every mail, shows it, and exists nowhere else."""

from __future__ import annotations

import smtplib
import socket
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from portal.app import create_app
from portal.local import mailbox as server
from portal.mail import mailbox
from portal.settings import PRODUCTION, Settings


def deliver(settings: Settings) -> str:
    """Send one mail through the real server; returns its name in the mailbox."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    message = EmailMessage()
    message["To"], message["From"], message["Subject"] = "a@example.com", "pan@example.com", "접수 <b>확인</b>"
    message.set_content("링크: http://portal.test/ko/login/abc")
    message.add_alternative('<html><head></head><body style="margin:0">안녕</body></html>', subtype="html")
    message.add_attachment(b"<script>", maintype="text", subtype="html", filename="표 1.html")
    controller = server.listen(mailbox.folder(settings), port)
    try:
        with smtplib.SMTP("127.0.0.1", port) as line:
            line.send_message(message)
    finally:
        controller.stop()
    return mailbox.newest(settings)[0].name


def test_a_delivered_mail_can_be_read(client: FlaskClient, settings: Settings) -> None:
    assert "아직 메일이 없어요" in client.get("/mailbox").text
    name = deliver(settings)
    assert "접수 &lt;b&gt;확인&lt;/b&gt;" in client.get("/mailbox").text
    shown = client.get(f"/mailbox/{name}")
    assert 'href="http://portal.test/ko/login/abc"' in shown.text
    html = client.get(f"/mailbox/{name}/html")
    assert "안녕" in html.text
    assert "sandbox" in html.headers["Content-Security-Policy"]


def test_attachments_are_saved_and_never_shown(client: FlaskClient, settings: Settings) -> None:
    name = deliver(settings)
    answer = client.get(f"/mailbox/{name}/attachments/0")
    assert answer.data == b"<script>"
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert client.get(f"/mailbox/{name}/attachments/1").status_code == 404


@pytest.mark.parametrize("name", ["../secret", "..%2Fsecret", "20270219063000-ABCDEFGHJK", "x"])
def test_no_other_file_can_be_read(client: FlaskClient, settings: Settings, name: str) -> None:
    (settings.data / "mailbox").mkdir(parents=True)
    (settings.data / "secret.eml").write_text("Subject: secret\n\nsecret")
    answer = client.get(f"/mailbox/{name}")
    assert answer.status_code == 404
    assert "secret.eml" not in answer.text


def test_production_has_no_mailbox(settings: Settings) -> None:
    app = create_app(replace(settings, mode=PRODUCTION, base_url="https://pan.example", smtp_url="smtp://x"))
    assert app.test_client().get("/mailbox", base_url="https://pan.example").status_code == 404


def test_a_mail_appears_whole(tmp_path: Path) -> None:
    kept = mailbox.keep(tmp_path, b"Subject: x\n\n")
    assert kept.suffix == ".eml"
    assert [file.name for file in tmp_path.iterdir()] == [kept.name]
