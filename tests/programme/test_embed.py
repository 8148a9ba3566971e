"""The programme in another site's frame: alone of all pages it may be framed, and it carries nothing of anybody."""

from __future__ import annotations

from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.web.headers import EMBEDDABLE
from tests import builders
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]


def test_it_may_be_framed_and_runs_nothing(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    session.commit()
    for path in ("/ko/embed/schedule", f"/en/embed/schedule/{rows.evening().date()}"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors *" in policy
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert "Set-Cookie" not in answer.headers
        assert ("<script" in answer.text, "<form" in answer.text) == (False, False)
        assert answer.text.count('target="_blank" rel="noopener"') == 2
        assert f"/screenings/{screening.code}" in answer.text
    assert client.get("/ko/embed/schedule/2020-01-01").status_code == 404


def test_it_is_the_same_for_everybody(session: Session, client: FlaskClient, sign_in: SignIn) -> None:
    rows.on_sale(session)
    person = builders.person(session)
    session.commit()
    assert sign_in(person.id).get("/ko/embed/schedule").data == client.get("/ko/embed/schedule").data


def test_before_the_first_version_it_says_so(session: Session, client: FlaskClient) -> None:
    rows.edition(session)
    session.commit()
    answer = client.get("/ko/embed/schedule")
    assert "시간표는 아직 나오지 않았어요" in answer.text
    assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]


def test_no_other_page_may_be_framed(session: Session, client: FlaskClient) -> None:
    rows.on_sale(session)
    session.commit()
    assert {"programme.embed", "programme.embed_day"} == EMBEDDABLE
    for path in ("/ko/schedule", "/ko/embed/schedule/2020-01-01", "/ko/embed/nothing", "/ko/"):
        assert "frame-ancestors 'none'" in client.get(path).headers["Content-Security-Policy"]
