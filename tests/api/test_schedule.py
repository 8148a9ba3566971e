"""The JSON programme: exactly what was released, under a strong ETag."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal.audit import canonical_json
from portal.calls.models import Edition
from portal.policies import SYSTEM
from portal.programme import service
from portal.programme.models import Hall
from tests.programme import rows

PATH = "/api/v1/schedule.json"


def test_nothing_before_the_first_release(session: Session, client: FlaskClient) -> None:
    rows.edition(session)
    session.commit()
    assert client.get(PATH).status_code == 404


def test_the_body_is_the_frozen_one_and_proves_its_digest(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session, films=2)
    session.commit()
    answer = client.get(PATH)
    content = answer.get_json()
    assert content["version"] == 1
    assert [one["code"] for one in content["screenings"]] == [screening.code]
    assert len(content["screenings"][0]["package"]["films"]) == 2
    frozen = {name: content[name] for name in ("format", "edition", "screenings")}
    digest = hashlib.sha256(canonical_json(frozen).encode()).hexdigest()
    assert content["digest"] == digest
    assert answer.headers["ETag"] == f'"{digest}-1"'
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "email" not in answer.text


def test_asking_again_costs_two_queries_and_no_body(
    session: Session, client: FlaskClient, count_queries: Callable[[], int]
) -> None:
    screening = rows.on_sale(session)
    session.commit()
    etag = client.get(PATH).headers["ETag"]
    count_queries()
    again = client.get(PATH, headers={"If-None-Match": etag})
    assert count_queries() <= 3  # SQLite's BEGIN counts
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    hall = session.get_one(Hall, screening.hall_id)
    service.move(session, screening, hall, rows.evening(hour=21), rev=screening.rev, by=SYSTEM)
    session.commit()
    assert client.get(PATH, headers={"If-None-Match": etag}).status_code == 304
    service.release(session, session.get_one(Edition, screening.edition_id), base=1, by=SYSTEM)
    session.commit()
    changed = client.get(PATH, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.headers["ETag"] != etag


def test_an_unpublished_edition_tells_nothing(session: Session, client: FlaskClient) -> None:
    screening = rows.on_sale(session)
    session.get_one(Edition, screening.edition_id).published_at = None
    session.commit()
    assert client.get(PATH).status_code == 404


def test_the_interface_describes_itself(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").get_json()
    assert described["openapi"].startswith("3.1")
    assert PATH in described["paths"]
