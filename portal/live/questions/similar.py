"""Whether two questions ask the same thing, in Korean or in English. Pure.

A question is taken apart into the words that carry it: greetings and words every question has fall away, particles and
endings of Korean words and plural and tense of English ones are cut off, Korean syllables become their letters (jamo),
so that 만드셨나요 and 만들었나요 differ in two letters and not in three syllables of five. Two questions then share as
much as their words do, one by one, each weighed by its length. A Korean and an English question never meet.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import fuzz

# tests/live/test_similar.py says what this threshold finds and misses of the labelled pairs.
ALIKE = 60.0
_WORD_ALIKE = 72.0
_WORD = re.compile(r"[0-9a-z가-힣]+")

# What every question to a filmmaker may have, so that it says nothing of what is asked.
_EMPTY_WORDS = """
안녕하세요 안녕하십니까 감독 감독님 감독님들 배우분 질문 질문이요 궁금 궁금합니다 궁금해요 궁금한 궁금하네요
알려 주세요 알고 싶어요 싶습니다 부탁드려요 부탁드립니다 혹시 정말 너무 아주 잘 봤습니다 봤어요 보았습니다 영화
작품 이런 그런 이 그 저 것 걸 거 건 게 수 데 뭐 뭔가요 뭐예요 무엇인가요 무엇 무슨 어떤 어떻게 인가요 있나요
있으신가요 있을까요 하나요 건가요 되나요 계신가요 함께 직접 또 더 좀 제일 가장 a about also an and are at be
been being by can could did do does film for going had has have how i in is it its may movie of on or please so
tell that the there these they this those to too us was we were what which who will with would you your he she
"""
_PARTICLE_LIST = """
에서는 에서도 에게서 으로는 으로도 이라는 까지 부터 에서 에게 에는 에도 으로 이나 이랑 이서 한테 께서 하고 처럼
보다 마다 은 는 이 가 을 를 의 에 께 와 과 로 도 만 요 들
"""
_ENDING_LIST = """
하셨는지 하셨나요 하셨어요 하신가요 하시나요 하셨습니까 했는지 했나요 했어요 했습니까 하나요 하는지 으셨는지
으셨나요 으셨어요 으신가요 으시나요 셨는지 셨나요 셨어요 시나요 신가요 았나요 었나요 았어요 었어요 였나요
았는지 었는지 인가요 인지 나요 는지 은지 을까요 까요 습니까 습니다 어요 아요 예요 이에요 에요 던 신 는데 은데
지
"""
_EMPTY = frozenset(_EMPTY_WORDS.split())
_PARTICLES, _ENDINGS = _PARTICLE_LIST.split(), _ENDING_LIST.split()


def alike(one: str, other: str) -> float:
    """How much two questions share, 0 to 100."""
    return _shared(_words(one), _words(other))


def nearest(text: str, others: Iterable[tuple[int, str]], *, most: int = 2) -> list[int]:
    """The keys of those of (key, text) that ask the same as `text`, the nearest first; at most `most`."""
    scored = [(alike(text, other), key) for key, other in others]
    return [key for score, key in sorted(scored, reverse=True) if score >= ALIKE][:most]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[str, ...]:
    """What carries the question: stems, Korean ones as letters, each once, in their order."""
    plain = unicodedata.normalize("NFKC", text).lower()
    stems = (_stem(word) for word in _WORD.findall(plain) if word not in _EMPTY)
    return tuple(dict.fromkeys(unicodedata.normalize("NFD", stem) for stem in stems if stem and stem not in _EMPTY))


def _stem(word: str) -> str:
    if word[-1] < "가":
        return _english(word)
    for ends in (_ENDINGS, _PARTICLES):
        word = next((cut for end in ends if (cut := word.removesuffix(end)) != word and cut), word)
    return word


def _english(word: str) -> str:
    for end in ("ies", "ing", "es", "ed", "s", "e"):
        if len(word) - len(end) >= 3 and word.endswith(end):
            return word.removesuffix(end)
    return word


def _shared(mine: tuple[str, ...], theirs: tuple[str, ...]) -> float:
    """Twice the weight of words that have a partner, over the weight of all: Dice's coefficient on likeness."""
    whole = sum(map(len, mine)) + sum(map(len, theirs))
    if not whole:
        return 0.0
    both = 0.0
    for first, second in ((mine, theirs), (theirs, mine)):
        for word in first:
            best = max((fuzz.ratio(word, other) for other in second), default=0.0)
            both += len(word) * best if best >= _WORD_ALIKE else 0.0
    return both / whole
