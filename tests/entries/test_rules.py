"""The pure parts: deadlines, tasks, the merge of two people's texts, the frozen document, search."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.audit import canonical_json
from portal.entries import checklist, merge, search, snapshot
from portal.entries.checklist import Film, Gap, Mark, Material, Task
from portal.entries.deadline import FilmOnItsWay, Standing, Window, days_left, standing
from portal.lifecycles import AssetState

# A loaded machine is no failure: what is proved here does not depend on speed.
CLOSES = datetime(2026, 12, 4, 14, 59, tzinfo=UTC)
WINDOW = Window(CLOSES - timedelta(days=30), CLOSES, timedelta(minutes=120))
MINUTE = timedelta(minutes=1)
TEXTS = dict.fromkeys(checklist.required_texts("KR"), "x") | {"country": "KR"}
WHOLE = Material(
    texts=TEXTS,
    directors=1,
    film=Film(AssetState.PLAYABLE),
    film_watched=True,
    posters=1,
    stills=1,
    disclosure_begun=True,
    music_cleared=True,
    fonts_cleared=True,
)


@pytest.mark.parametrize(
    "at, film, expected",
    [
        (WINDOW.opens_at - MINUTE, None, Standing.EARLY),
        (WINDOW.opens_at, None, Standing.OPEN),
        (CLOSES - MINUTE, None, Standing.OPEN),
        (CLOSES, None, Standing.CLOSED),
        (CLOSES + MINUTE, FilmOnItsWay(CLOSES - MINUTE), Standing.GRACE),
        (CLOSES + MINUTE, FilmOnItsWay(CLOSES - MINUTE, CLOSES), Standing.GRACE),
        (CLOSES + MINUTE, FilmOnItsWay(CLOSES - 9 * MINUTE, CLOSES - MINUTE), Standing.CLOSED),
        (CLOSES + MINUTE, FilmOnItsWay(CLOSES), Standing.CLOSED),
        (CLOSES + 120 * MINUTE, FilmOnItsWay(CLOSES - MINUTE), Standing.CLOSED),
    ],
)
def test_the_grace_is_for_a_film_that_was_under_way_at_the_deadline(at, film, expected) -> None:
    assert standing(WINDOW, film, at=at) is expected


def test_days_are_counted_down_and_never_below_zero() -> None:
    assert [days_left(CLOSES, at=CLOSES - timedelta(hours=hours)) for hours in (49, 47, 1, -1)] == [2, 1, 0, 0]


def marks(material: Material) -> dict[Task, Mark]:
    return {item.task: item.mark for item in checklist.assess(material)}


def test_a_whole_entry_can_be_reviewed_and_nothing_is_missing() -> None:
    items = checklist.assess(WHOLE)
    assert {item.mark for item in items[:-1]} == {Mark.DONE}
    assert (items[-1].mark, checklist.missing(items)) == (Mark.LEFT, [])
    assert checklist.standing_of(items) == {"done": 7, "total": 8, "percent": 88}


@pytest.mark.parametrize(
    "change, task",
    [
        ({"texts": TEXTS | {"genre": ""}}, Task.INFO),
        ({"directors": 0}, Task.CREDITS),
        ({"film": None}, Task.FILM),
        ({"film_watched": False}, Task.FILM),
        ({"film": Film(AssetState.REFUSED)}, Task.FILM),
        ({"posters": 0}, Task.IMAGES),
        ({"stills": 0}, Task.IMAGES),
        ({"pictures_without_alt": 1}, Task.IMAGES),
        ({"pictures_unready": 1}, Task.IMAGES),
        ({"disclosure_gaps": (Gap("x", "y"),)}, Task.AI),
        ({"consent_gaps": (Gap("x", "y"),)}, Task.CONSENTS),
        ({"music_cleared": False}, Task.RIGHTS),
        ({"fonts_cleared": False}, Task.RIGHTS),
    ],
)
def test_each_gap_blocks_the_review_and_names_its_task(change, task) -> None:
    from dataclasses import replace

    items = checklist.assess(replace(WHOLE, **change))
    assert [item.task for item, _ in checklist.missing(items)] == [task]
    assert items[-1].mark is Mark.BLOCKED


def test_films_made_abroad_need_no_korean_texts() -> None:
    english = {"title_en": "x", "logline_en": "x", "synopsis_en": "x", "genre": "drama"}
    assert checklist.gaps_of(Task.INFO, english | {"country": "FR"}) == ()
    assert {gap.field for gap in checklist.gaps_of(Task.INFO, english | {"country": "KR"})} == {
        "title_ko",
        "logline_ko",
        "synopsis_ko",
    }


def test_an_upload_and_its_check_show_themselves() -> None:
    from dataclasses import replace

    uploading = checklist.assess(replace(WHOLE, film=Film(AssetState.UPLOADING, 62)))[2]
    assert (uploading.mark, uploading.percent) == (Mark.UPLOADING, 62)
    assert marks(replace(WHOLE, film=Film(AssetState.TRANSCODING)))[Task.FILM] is Mark.CHECKING
    assert marks(replace(WHOLE, disclosure_begun=False))[Task.CONSENTS] is Mark.BLOCKED


texts = st.dictionaries(st.sampled_from(["a", "b", "c"]), st.text("ab가", max_size=2), min_size=3, max_size=3)


@given(texts, texts, texts)
def test_a_merge_keeps_what_each_side_touched_alone(base, mine, theirs) -> None:
    merged = merge.merge(mine, theirs, merge.stamp(base))
    for name in base:
        i, they = mine[name] != base[name], theirs[name] != base[name]
        assert (name in merged.changes) == (i and mine[name] != theirs[name])
        assert (name in merged.clashes) == (i and they and mine[name] != theirs[name])


def test_a_form_without_a_stamp_overwrites_nothing() -> None:
    assert merge.merge({"a": "new"}, {"a": "old"}, "").clashes == ("a",)
    assert merge.merge({"a": "same"}, {"a": "same"}, "").clashes == ()
    assert merge.merge({"a": "new"}, {"a": "old"}, "~~..garbage-").clashes == ("a",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(
    st.dictionaries(st.text(max_size=5).map(lambda text: unicodedata.normalize("NFC", text)), json_values, max_size=4)
)
def test_any_layout_of_a_document_has_the_digest_of_its_canonical_form(content) -> None:
    canonical = canonical_json(content)
    assert snapshot.recompute(canonical) == snapshot.digest(canonical)
    assert snapshot.recompute(json.dumps(json.loads(canonical), indent=3)) == snapshot.digest(canonical)


@pytest.mark.parametrize(
    "text", ["", "nothing", "[1]", "3", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 100_000, '{"a":' * 50_000, "\ud800"]
)
def test_what_is_no_document_has_no_digest(text: str) -> None:
    assert snapshot.recompute(text) is None


def test_a_digest_is_plain_sha256_of_the_bytes() -> None:
    assert snapshot.digest('{"ㄱ":1}') == hashlib.sha256('{"ㄱ":1}'.encode()).hexdigest()


def test_search_ignores_case_spaces_and_decomposed_hangul() -> None:
    text = search.search_text(["PAN27-A114K", "편지를 쓰는 기계", "HAN Seo-yun", ""])
    for words in ("편지를쓰는", unicodedata.normalize("NFD", "쓰는 기계"), "han SEO", "a114k"):
        assert search.folded(words) in text
    assert search.folded("기계 HAN") not in text
    assert search.pattern("100%_\\") == "%100\\%\\_\\\\%"


@given(texts, texts, texts)
def test_a_form_that_stays_open_never_takes_back_what_somebody_else_wrote(base, mine, theirs) -> None:
    first = merge.merge(mine, theirs, merge.stamp(base))
    if first.clashes:
        return
    stored = theirs | first.changes
    again = merge.merge(mine, stored, merge.restamp(mine, merge.stamp(base)))
    assert again == merge.Merged({}, ())


def test_a_field_that_could_not_be_saved_keeps_its_place_in_the_stamp() -> None:
    seen = merge.stamp({"a": "old", "b": "old"})
    assert merge.restamp({"a": "new"}, seen) == merge.stamp({"a": "new", "b": "old"})
