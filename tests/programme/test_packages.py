"""Packages: what stands between films, the strictest rating, and two people at once; on real databases."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal.db import unit_of_work
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.policies import SYSTEM
from portal.programme import queries, running_order, service
from portal.programme.materials import features
from portal.programme.models import InsertKind, Package, PackageFilm
from portal.programme.service import InsertDraft
from tests.programme import rows

SignIn = Callable[[int], FlaskClient]


def shape(package: Package) -> list[str]:
    items = running_order.order(package.films, package.inserts, package.bumper_s)
    return [item.insert.kind.value if item.insert else item.film.entry.title_ko for item in items]  # type: ignore[union-attr]


def keys(package: Package) -> list[str]:
    return [item.key for item in running_order.order(package.films, package.inserts, package.bumper_s)]


def again(session: Session, package: Package) -> Package:
    session.commit()
    session.expunge_all()
    found = queries.package_by_code(session, package.code)
    assert found is not None
    return found


def test_inserts_lengthen_the_package_and_keep_their_place(session: Session) -> None:
    edition = rows.edition(session)
    a, b = (rows.film(session, edition, minutes=10) for _ in range(2))
    made = rows.package(session, edition, a, b)
    screening = rows.screening(session, made, rows.hall(session, edition))
    for kind, seconds, before in (("trailer", 90, 0), ("speech", 300, 0), ("intermission", 600, 1), ("credits", 30, 2)):
        service.add_insert(session, made, InsertDraft(InsertKind(kind), seconds, before), by=SYSTEM)
    service.add_insert(session, made, InsertDraft(InsertKind.SPEECH, 300, 0), by=SYSTEM)
    made = again(session, made)
    assert shape(made) == ["trailer", "speech", a.title_ko, "intermission", b.title_ko, "credits"]
    items = running_order.order(made.films, made.inserts, made.bumper_s)
    assert [item.begins for item in items] == ["0:00:00", "0:01:30", "0:07:30", "0:17:30", "0:28:30", "0:38:30"]
    [line] = queries.packages(session, edition.id)
    assert line.seconds == 2 * 660 + 90 + 300 + 600 + 30
    session.refresh(screening := session.get_one(type(screening), screening.id))
    assert screening.ends_at - screening.starts_at == timedelta(minutes=39)
    service.shift(session, made, keys(made)[1], by_places=-1, rev=made.rev, by=SYSTEM)
    service.shift_film(session, made, b.id, by_places=-1, rev=made.rev, by=SYSTEM)
    assert shape(again(session, made)) == ["speech", "trailer", a.title_ko, b.title_ko, "intermission", "credits"]
    service.remove_film(session, made := again(session, made), a.id, rev=made.rev, by=SYSTEM)
    assert shape(again(session, made)) == ["speech", "trailer", b.title_ko, "intermission", "credits"]


@pytest.mark.parametrize("seconds", [-1, 0, 14_401])
def test_an_insert_without_a_length_is_refused(session: Session, seconds: int) -> None:
    made = rows.package(session, rows.edition(session))
    with pytest.raises(Invalid, match="seconds"):
        service.add_insert(session, made, InsertDraft(InsertKind.BUMPER, seconds), by=SYSTEM)


def test_a_film_without_a_running_time_is_refused_and_nothing_comes_in(session: Session) -> None:
    edition = rows.edition(session)
    good, empty = rows.film(session, edition), rows.film(session, edition, minutes=0)
    made = rows.package(session, edition)
    with pytest.raises(Invalid) as refused:
        service.add_films(session, made, [good, empty], by=SYSTEM)
    assert empty.title_ko in refused.value.message
    assert again(session, made).films == []


def test_the_strictest_film_makes_the_rating(session: Session) -> None:
    edition = rows.edition(session)
    mild, strict = rows.film(session, edition), rows.film(session, edition)
    one = rows.package(session, edition, mild, strict, least_rating=12)
    two = rows.package(session, edition, strict, title="기록")
    [feature] = features.held(session, [strict.id])
    features.rate(session, feature, 19, rev=feature.rev, by=SYSTEM)
    assert (one.rating, two.rating) == (19, 19)
    with pytest.raises(Stale):
        features.rate(session, feature, 15, rev=feature.rev - 1, by=SYSTEM)
    service.remove_film(session, one, strict.id, rev=one.rev, by=SYSTEM)
    assert one.rating == 12
    service.edit_package(
        session, one, service.PackageDraft(one.title_ko, one.title_en, least_rating=0), rev=one.rev, by=SYSTEM
    )
    assert (one.least_rating, one.rating) == (0, 0)


def test_the_second_of_two_editors_of_an_order_finds_it_changed(
    session: Session, sessions: sessionmaker[Session]
) -> None:
    edition = rows.edition(session)
    made = rows.package(session, edition, rows.film(session, edition), rows.film(session, edition))
    session.commit()
    rev, order = made.rev, keys(made)
    service.arrange(session, made, order[::-1], rev=rev, by=SYSTEM)
    session.commit()
    with sessions() as second:
        mine = queries.package_by_code(second, made.code)
        assert mine is not None
        service.arrange(second, mine, order[::-1], rev=rev, by=SYSTEM)  # the same form twice is once
        with pytest.raises(Stale):
            service.arrange(second, mine, order, rev=rev, by=SYSTEM)
        with pytest.raises(Stale):
            service.arrange(second, mine, [*order[::-1], "f999"], rev=mine.rev, by=SYSTEM)


def test_one_film_added_by_several_at_once_comes_in_once(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        edition = rows.edition(session)
        films = [rows.film(session, edition) for _ in range(3)]
        code = rows.package(session, edition).code
        ids = [film.id for film in films]

    def add(n: int) -> None:
        with unit_of_work(sessions) as session:
            made = queries.package_by_code(session, code)
            assert made is not None
            wanted = queries.entries_of(session, made.edition_id, ids[n % 3 :] + ids[: n % 3])
            service.add_films(session, made, wanted, by=SYSTEM)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add, range(6)))
    with sessions() as session:
        films_in = session.execute(sa.select(PackageFilm.entry_id, PackageFilm.position).order_by(PackageFilm.position))
        listed = films_in.all()
    assert sorted(row.entry_id for row in listed) == sorted(ids)
    assert [row.position for row in listed] == [0, 1, 2]


def test_a_film_rated_while_it_comes_in_is_never_missed(sessions: sessionmaker[Session]) -> None:
    with unit_of_work(sessions) as session:
        edition = rows.edition(session)
        film = rows.film(session, edition).id
        codes = [rows.package(session, edition, title=f"묶음 {n}").code for n in range(4)]

    def work(n: int) -> None:
        with unit_of_work(sessions) as session:
            if n == 2:
                [feature] = features.held(session, [film])
                features.rate(session, feature, 19, rev=feature.rev, by=SYSTEM)
                return
            made = queries.package_by_code(session, codes[n if n < 2 else n - 1])
            assert made is not None
            service.add_film(session, made, session.get_one(Entry, film), by=SYSTEM)

    with ThreadPoolExecutor(5) as pool:
        list(pool.map(work, range(5)))
    with sessions() as session:
        assert session.scalars(sa.select(Package.rating)).all() == [19] * 4


def test_a_package_is_made_of_ticked_films_and_ordered_by_written_places(session: Session, sign_in: SignIn) -> None:
    edition = rows.edition(session)
    a, b, c = (rows.film(session, edition).id for _ in range(3))
    who = rows.programmer(session, edition).id
    session.commit()
    browser = sign_in(who)
    words = {"title_ko": "새 묶음", "title_en": "New", "gel": "ai", "least_rating": "12", "film": [a, b, c]}
    made = browser.post("/ko/ops/packages", data=words).location
    page = browser.get(made).text
    assert page.count('name="place-f') == 3
    assert "전체 관람가" in page
    [rev] = re.findall(r'name="rev" value="(\d+)"', page)[:1]
    order = {"rev": rev, f"place-f{a}": "3", f"place-f{b}": "1", f"place-f{c}": "x"}
    assert browser.post(f"{made}/films", data={**order, "remove": f"f{c}"}).status_code == 303
    assert re.findall(r'name="place-f(\d+)"', browser.get(made).text) == [str(b), str(a)]
    assert browser.post(f"{made}/films", data={**order, "up": str(a)}).status_code == 409
    insert = {"kind": "speech", "minutes": "5", "seconds": "0", "before": "1", "note": "인사"}
    assert browser.post(f"{made}/inserts", data=insert).status_code == 303
    assert "인사" in browser.get(made).text
    refused = browser.post(f"{made}/inserts", data={**insert, "minutes": "0"})
    assert refused.status_code == 422
    assert "1초부터 14400초까지" in refused.text


def test_a_title_that_is_refused_keeps_the_ticks(session: Session, sign_in: SignIn) -> None:
    edition = rows.edition(session)
    film = rows.film(session, edition).id
    who = rows.programmer(session, edition).id
    session.commit()
    browser = sign_in(who)
    refused = browser.post("/ko/ops/packages", data={"title_ko": "", "title_en": "x", "film": [film]})
    assert refused.status_code == 422
    assert f'value="{film}" checked' in refused.text
