"""The ranking page, its exports, the jurors' scales and one film's scores say the same numbers, to the chair alone."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portal import i18n
from portal.entries.models import Entry
from portal.jury.results import phrases
from portal.jury.results.models import Result, Severity
from portal.jury.scoring import abstaining
from portal.jury.scoring import service as scoring
from portal.policies import Role
from tests.jury.conftest import Jury
from tests.jury.results.scored import assignment, link, pairs, score_all, work_out

SignIn = Callable[..., FlaskClient]


@pytest.fixture
def ranked(published: Jury, session: Session) -> Jury:
    """Connected jurors, three places, scores at random."""
    rng = random.Random(2)
    link(session, published)
    published.round.places = 3
    score_all(session, published, lambda film, juror: rng.randint(2, 9))
    work_out(session, published)
    return published


def _rows(page: str) -> list[list[str]]:
    body = page.split("<tbody>")[1].split("</tbody>")[0]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub(r"<[^>]+>", " ", cell).strip() for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)]
        for row in rows
    ]


def test_page_sheet_and_data_say_the_same(ranked: Jury, sign_in: SignIn) -> None:
    chair, address = sign_in(ranked.chair.id), f"/en/ops/results/{ranked.round.code}"
    page = chair.get(address).text
    sheet = list(csv.DictReader(io.StringIO(chair.get(f"{address}.csv").get_data().decode("utf-8-sig"))))
    data = chair.get(f"{address}.json").get_json()
    intervals = re.findall(r'aria-label="(\d+\.\d\d) – (\d+\.\d\d)"', page)
    shown = _rows(page)
    assert len(shown) == len(sheet) == len(data["films"]) == 6
    for row, line, film, interval in zip(shown, sheet, data["films"], intervals, strict=True):
        assert film["number"] in row[3]
        assert line["number"] == film["number"]
        assert row[0].split()[0] == line["rank"] == str(film["rank"])
        assert row[1] == line["raw_rank"] == str(film["raw_rank"])
        assert row[5:7] == [line["mean"], line["corrected"]] == [f"{film['mean']:.2f}", f"{film['score']:.2f}"]
        assert interval == (line["low"], line["high"]) == (f"{film['low']:.2f}", f"{film['high']:.2f}")
        assert row[8].split()[0] == f"{film['p_top'] * 100:.0f}"
        assert row[9] == f"{line['best_rank']}–{line['worst_rank']}"
        assert row[10] == line["spread"]
        assert row[11:14] == [f"{value:.2f}" for _, value in _by_position(ranked, film["panels"])]
        assert bool(line["contested"]) == film["contested"] == ("contested" in row[8])
        assert int(line["move"]) == film["raw_rank"] - film["rank"]
    assert {one["label"] for one in data["jurors"]} == {one.label for one in ranked.jurors}


def _by_position(jury: Jury, means: dict[str, float]) -> list[tuple[str, float]]:
    return [(panel.code, means[panel.code]) for panel in jury.round.panels]


def test_formulas_in_a_title_stay_text(ranked: Jury, session: Session, sign_in: SignIn) -> None:
    session.execute(sa.update(Entry).values(title_ko="=HYPERLINK(1)", title_en="@SUM(A1)"))
    session.commit()
    text = sign_in(ranked.chair.id).get(f"/ko/ops/results/{ranked.round.code}.csv").get_data().decode("utf-8-sig")
    assert {row["title"] for row in csv.DictReader(io.StringIO(text))} == {"'=HYPERLINK(1)"}


def test_the_band_is_named_and_shown_alone(ranked: Jury, session: Session, sign_in: SignIn) -> None:
    chair, address = sign_in(ranked.chair.id), f"/ko/ops/results/{ranked.round.code}"
    contested = session.scalars(
        sa.select(Result.place).where(Result.p_top > 0.1, Result.p_top < 0.9).order_by(Result.place)
    ).all()
    session.commit()
    assert contested
    text = f"{contested[0]}–{contested[-1]}위는 구간이 크게 겹쳐요. 점수만으로 정하지 마세요."
    assert text in chair.get(address).text
    assert len(_rows(chair.get(f"{address}?show=band").text)) == len(contested)


@pytest.mark.parametrize("sort", ["raw", "move", "chance", "spread", "nonsense", "place"])
def test_the_table_is_sorted_as_asked(ranked: Jury, sign_in: SignIn, sort: str) -> None:
    address = f"/en/ops/results/{ranked.round.code}"
    page = sign_in(ranked.chair.id).get(f"{address}?sort={sort}&category=no-such" if sort == "raw" else address)
    assert page.status_code == 200
    rows = _rows(sign_in(ranked.chair.id).get(f"{address}?sort={sort}").text)
    keys: dict[str, Callable[[list[str]], Any]] = {
        "raw": lambda row: int(row[1]),
        "move": lambda row: -int(re.sub(r"\D", "", row[2]) or 0),
        "chance": lambda row: -int(row[8].split()[0]),
        "spread": lambda row: -float(row[10]),
    }
    by_place = [int(row[0].split()[0]) for row in rows]
    assert (
        [keys[sort](row) for row in rows] == sorted(keys[sort](row) for row in rows)
        if sort in keys
        else by_place == (sorted(by_place))
    )


def test_groups_without_a_film_in_common_are_told_apart(published: Jury, session: Session, sign_in: SignIn) -> None:
    score_all(session, published)
    work_out(session, published)
    page = sign_in(published.chair.id).get(f"/en/ops/results/{published.round.code}").text
    assert "Ranks hold inside each group of jurors only" in page
    assert ("Group 1" in page, "Group 2" in page) == (True, True)
    assert "overlap widely" not in page


def test_films_without_a_rank_stand_apart(published: Jury, session: Session, sign_in: SignIn) -> None:
    first = pairs(session, published)[0]
    score_all(session, published, only=[first])
    work_out(session, published)
    chair, address = sign_in(published.chair.id), f"/en/ops/results/{published.round.code}"
    assert published.films[first[0]].number not in chair.get(address).text
    apart = chair.get(f"{address}?show=unranked").text
    assert published.films[first[0]].number in apart
    assert "have no rank" in apart


def test_a_juror_reads_the_own_offset_in_words(ranked: Jury, session: Session, sign_in: SignIn) -> None:
    page = sign_in(ranked.chair.id).get(f"/en/ops/results/{ranked.round.code}/jurors").text
    for one in session.scalars(sa.select(Severity)):
        label = next(juror.label for juror in ranked.jurors if juror.id == one.juror_id)
        said = re.search(rf"On 3 films that others scored too, {label} was on average (.*?)</li>", page)
        assert said
        assert f"{abs(one.difference):.2f} {'lower' if one.difference < 0 else 'higher'} than the co-jurors" in said[1]
        if abs(one.offset) >= 0.005:
            assert f"We {'add' if one.offset < 0 else 'take off'} {abs(one.offset):.2f}." in said[1]


class _Row:
    label = "J-07"

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)


@pytest.fixture
def english() -> Iterator[None]:
    with i18n.using("en"):
        yield


@pytest.mark.usefixtures("english")
def test_the_sentence_of_the_specification() -> None:
    row = _Row(shared=100, difference=-0.62, difference_se=0.195, offset=-0.5)
    with i18n.using("ko"):
        assert phrases.severity(row) == (
            "다른 심사위원도 본 100편에서 J-07의 점수는 함께 본 심사위원보다 평균 0.62점 낮았어요(±0.25)."
            " 0.50점을 더해요."
        )
    assert phrases.severity(row) == (
        "On 100 films that others scored too, J-07 was on average 0.62 lower than the co-jurors (±0.25). We add 0.50."
    )
    assert phrases.severity(_Row(shared=2, difference=0.0, difference_se=0.1, offset=0.0)).endswith(
        "level with the co-jurors (±0.13). Nothing is corrected."
    )
    assert "shares no film" in phrases.severity(_Row(shared=0))


@pytest.mark.usefixtures("english")
def test_whom_to_ask_and_why() -> None:
    assert "slope 0.12" in phrases.alarm(_Row(alarm=True, slope=0.12, noise=1.0))
    assert "2.4 times" in phrases.alarm(_Row(alarm=True, slope=0.9, noise=2.4))
    assert phrases.alarm(_Row(alarm=False, slope=0.9, noise=1.0)) == ""


def test_an_alarm_asks_and_drops_nothing(ranked: Jury, session: Session, sign_in: SignIn) -> None:
    session.execute(sa.update(Severity).where(Severity.juror_id == ranked.jurors[1].id).values(alarm=True, slope=0.1))
    session.commit()
    page = sign_in(ranked.chair.id).get(f"/en/ops/results/{ranked.round.code}/jurors").text
    assert "Ask, do not drop" in page
    assert "slope 0.10" in page


def test_one_film_tells_abstentions_from_films_not_seen(published: Jury, session: Session, sign_in: SignIn) -> None:
    film = pairs(session, published)[0][0]
    first, second, third = (juror for at, juror in pairs(session, published) if at == film)
    score_all(session, published, only=[(film, first)])
    by = {juror: published.actor(published.people[juror], Role.JUROR) for juror in (first, second, third)}
    abstaining.abstain(session, assignment(session, published, film, second), reason="소리가 없어요", by=by[second])
    session.commit()
    chair = sign_in(published.chair.id)
    address = f"/en/ops/results/{published.round.code}/films/{published.films[film].number}"
    states = {row[0]: row[2] for row in _rows(chair.get(address).text)}
    labels = [published.jurors[juror].label for juror in (first, second, third)]
    assert [states[label].split("  ")[0] for label in labels] == ["Handed in", "Abstained", "Not reviewed yet"]
    assert "소리가 없어요" in states[labels[1]]
    scoring.recuse(session, assignment(session, published, film, third), reason="같은 회사", by=by[third])
    session.commit()
    page = chair.get(address).text
    assert _rows(page)[[row[0] for row in _rows(page)].index(labels[2])][2].startswith("Recused")
    assert page.count("handed in</td>") == 1  # its history
    assert page.count("abstained</td>") == 1


def test_a_chair_who_stepped_back_as_a_juror_sees_nothing_of_the_film(
    ranked: Jury, session: Session, sign_in: SignIn
) -> None:
    film, juror = pairs(session, ranked)[0]
    seat = ranked.jurors[juror]
    seat.person_id = ranked.chair.id
    session.commit()
    address = f"/en/ops/results/{ranked.round.code}/films/{ranked.films[film].number}"
    assert sign_in(ranked.chair.id).get(address).status_code == 200
    found = assignment(session, ranked, film, juror)
    scoring.recuse(session, found, reason="같은 회사", by=ranked.actor(ranked.chair, Role.JUROR))
    session.commit()
    assert sign_in(ranked.chair.id).get(address).status_code == 404
    assert sign_in(ranked.organizer.id).get(address).status_code == 200


@pytest.mark.parametrize("path", ["", ".csv", ".json", "/jurors", "/films/{film}", "/discussions"])
def test_results_are_the_chairs_alone(ranked: Jury, sign_in: SignIn, path: str) -> None:
    address = f"/en/ops/results/{ranked.round.code}{path}".format(film=ranked.films[0].number)
    assert sign_in(ranked.chair.id).get(address).status_code == 200
    assert sign_in(ranked.organizer.id).get(address).status_code == 200
    for person in (ranked.people[0], ranked.maker):
        assert sign_in(person.id).get(address).status_code == 404
    assert sign_in(ranked.chair.id).get(f"/en/ops/results/absent{path}".format(film="X")).status_code == 404
    assert sign_in(ranked.chair.id).get(f"/en/ops/results/{ranked.round.code}/films/absent").status_code == 404
