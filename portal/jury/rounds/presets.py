"""Panels to begin with: the three views of one film, or one panel for everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# code, Korean, English, weight; then the criteria: code, Korean, English, question in both, weight
PANELS: tuple[tuple[Any, ...], ...] = (
    (
        "craft",
        "AI 완성도",
        "AI craft",
        35,
        (
            ("control", "다루는 힘", "Control", "도구를 뜻대로 다뤘나요?", "Do the tools obey the film?", 40),
            (
                "coherence",
                "이어짐",
                "Coherence",
                "인물과 공간이 이어지나요?",
                "Do people and places hold together?",
                35,
            ),
            ("reason", "AI를 쓴 까닭", "Reason for AI", "AI여야 할 이유가 보이나요?", "Did it have to be AI?", 25),
        ),
    ),
    (
        "story",
        "이야기와 예술",
        "Story and art",
        40,
        (
            ("story", "이야기", "Story", "인물과 사건이 마음을 움직이나요?", "Do people and events move you?", 30),
            (
                "direction",
                "연출",
                "Direction",
                "화면과 소리가 한 뜻을 향하나요?",
                "Do picture and sound aim at one thing?",
                25,
            ),
            (
                "finish",
                "완성도",
                "Finish",
                "영상·소리·편집이 다듬어졌나요?",
                "Are picture, sound and cut finished?",
                20,
            ),
            ("original", "독창성", "Originality", "본 적 없는 시도가 있나요?", "Is there something never seen?", 25),
        ),
    ),
    (
        "market",
        "IP와 시장",
        "IP and market",
        25,
        (
            ("ip", "IP 활용", "Use of IP", "원작과 인물을 살렸나요?", "Does it serve its source and characters?", 40),
            ("audience", "관객", "Audience", "누가 보고 싶어 할까요?", "Who will want to see it?", 35),
            ("growth", "넓힐 힘", "Room to grow", "이어 갈 이야기가 있나요?", "Is there more to tell?", 25),
        ),
    ),
)

ONE: tuple[tuple[Any, ...], ...] = (
    (
        "jury",
        "심사단",
        "Jury",
        100,
        (
            ("story", "이야기", "Story", "인물과 사건이 마음을 움직이나요?", "Do people and events move you?", 30),
            (
                "direction",
                "연출",
                "Direction",
                "화면과 소리가 한 뜻을 향하나요?",
                "Do picture and sound aim at one thing?",
                25,
            ),
            ("control", "다루는 힘", "Control", "도구를 뜻대로 다뤘나요?", "Do the tools obey the film?", 20),
            ("original", "독창성", "Originality", "본 적 없는 시도가 있나요?", "Is there something never seen?", 25),
        ),
    ),
)


@dataclass(frozen=True)
class Preset:
    """A set of panels to begin with, and how many jurors of each see a film."""

    panels: tuple[tuple[Any, ...], ...]
    demand: int


PRESETS = {"three": Preset(PANELS, 1), "one": Preset(ONE, 3)}
