"""Near-duplicates: what the threshold finds and what it misses of labelled pairs, Korean and English."""

from __future__ import annotations

import unicodedata

import pytest

from portal.live.questions import similar
from tests.live.pairs import DIFFERENT, SAME, UNSEEN_DIFFERENT, UNSEEN_SAME

Pairs = tuple[tuple[str, str], ...]


def _found(pairs: Pairs) -> int:
    return sum(similar.alike(one, other) >= similar.ALIKE for one, other in pairs)


def test_precision_and_recall_of_the_labelled_pairs() -> None:
    right, wrong = _found(SAME), _found(DIFFERENT)
    assert len(SAME) + len(DIFFERENT) >= 40
    assert (right, wrong) == (29, 2)  # precision 0.94, recall 0.97


def test_precision_and_recall_of_pairs_that_set_nothing() -> None:
    assert (_found(UNSEEN_SAME), _found(UNSEEN_DIFFERENT)) == (len(UNSEEN_SAME), 0)


@pytest.mark.parametrize(("one", "other"), SAME[:6])
def test_likeness_has_no_direction_and_no_normal_form(one: str, other: str) -> None:
    apart = unicodedata.normalize("NFD", other)
    assert similar.alike(one, other) == pytest.approx(similar.alike(other, one))
    assert similar.alike(one, other) == similar.alike(one, apart)


def test_empty_words_share_nothing() -> None:
    assert similar.alike("???", "어떤 질문인가요?") == 0
    assert similar.alike("", "") == 0


def test_the_nearest_come_first_and_are_few() -> None:
    others = [
        (1, "음악은 누가 만들었나요?"),
        (2, "제작비가 얼마 들었는지 궁금합니다"),
        (3, "제작비는 얼마나 들었어요?"),
        (4, "제작비는 얼마나 들었나요?"),
    ]
    assert similar.nearest("제작비는 얼마나 들었나요?", others) == [4, 3]
