"""What a preview fills words with: a usual reader, one with the longest names, one of whom much is missing. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import SimpleNamespace as Thing
from typing import Any

from portal.i18n import N_, pick
from portal.links import Links
from portal.mail.outbox import Recipient


class Sample(StrEnum):
    """Whose mail a preview shows."""

    USUAL = "usual"
    LONG = "long"
    BARE = "bare"


SAMPLE_NAMES = {
    Sample.USUAL: N_("A usual mail"),
    Sample.LONG: N_("The longest names"),
    Sample.BARE: N_("Much is missing"),
}
_FRIDAY = datetime(2027, 2, 19, 6, 30, tzinfo=UTC)
_LONGEST = 200


class _Desk:
    """Makes the values of one sample: as they are, as long as their columns allow, or in one language alone."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample

    def both(self, ko: str, en: str) -> tuple[str, str]:
        """A text in Korean and English."""
        if self._sample is Sample.LONG:
            return _long(ko), _long(en)
        return (ko, "") if self._sample is Sample.BARE else (ko, en)

    def spoken(self, ko: str, en: str) -> str:
        """The same as its reader sees it."""
        return pick(*self.both(ko, en))

    def note(self, ko: str, en: str) -> str:
        """What somebody wrote, or nothing."""
        return "" if self._sample is Sample.BARE else self.spoken(ko, en)

    def named(self, ko: str, en: str, name: str = "name", **more: Any) -> Thing:
        """A row with a name in both languages."""
        texts = self.both(ko, en)
        return Thing(**{f"{name}_ko": texts[0], f"{name}_en": texts[1]}, **more)


def _long(text: str) -> str:
    return " ".join([text] * (_LONGEST // len(text)))[:_LONGEST].strip()


def context(kind: str, sample: Sample, *, links: Links, to: Recipient, festival: str) -> dict[str, Any]:
    """The context of an editable kind, in the language in use; the recipient's name is the sample's."""
    desk = _Desk(sample)
    name = desk.spoken("한서윤", "HAN Seo-yun")
    reader = Recipient(to.email, to.language, name, to.person_id, to.timezone)
    family = next(make for start, make in _FAMILIES.items() if kind.startswith(start))
    return {"links": links, "recipient": reader, "festival": festival, **family(desk, name)}


def _entry(desk: _Desk, name: str) -> dict[str, Any]:
    title = desk.both("편지를 쓰는 기계", "The Letter Machine")
    return {
        "number": "PAN27-A114",
        "title_ko": title[0],
        "title_en": title[1] or title[0],
        "call": desk.named("AI 단편 공모", "Call for AI shorts"),
        "category": desk.named("AI 극영화", "AI fiction"),
        "receipt": Thing(number="PAN27-A114-K7Q2MX", digest="9f2c41d07ae1b8" + "5" * 50),
        "handed_in_at": _FRIDAY - timedelta(days=77),
        "note": desk.note("자막의 이름을 다시 봐 주세요.", "Please look at the names in the captions again."),
        "reason": desk.note("이미 상영된 작품이에요.", "The film has been shown before."),
        "parts": [N_("Film")],
        "due_at": _FRIDAY,
        "mentor": desk.spoken("박민서", "PARK Min-seo"),
    }


def _decision(desk: _Desk, name: str) -> dict[str, Any]:
    return {
        "entry": desk.named("편지를 쓰는 기계", "The Letter Machine", "title", number="PAN27-A114"),
        "award": desk.named("판 대상", "P.A.N Grand Prize"),
        "answer_by": _FRIDAY,
    }


def _class(desk: _Desk, name: str) -> dict[str, Any]:
    names = desk.both("에이블 스쿨 5기", "Able School, class 5")
    return {"name_ko": names[0], "name_en": names[1]}


def _jury(desk: _Desk, name: str) -> dict[str, Any]:
    return {
        "judging": desk.named("예심", "First round"),
        "films": 21,
        "seconds": 9240,
        "minutes_a_day": 34,
        "due_at": _FRIDAY,
        "days_late": 0,
    }


def _talk(desk: _Desk, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": desk.spoken("AI 단편 1", "AI Shorts 1"),
        "starts_at": _FRIDAY,
        "talk_at": _FRIDAY + timedelta(minutes=88),
        "there": "",
        "minutes": 25,
        "place": desk.spoken("판 시네마 · 2관", "P.A.N Cinema · Hall 2"),
        "moderator": desk.note("김하나", "KIM Hana"),
        "role": "",
        "interprets": "",
        "answer_by": _FRIDAY - timedelta(days=14),
        "state": "invited",
        "code": "sample",
    }


def _seat(desk: _Desk, name: str) -> dict[str, Any]:
    showing = Thing(
        title=desk.spoken("AI 단편 1", "AI Shorts 1"),
        starts_at=_FRIDAY,
        venue=desk.spoken("판 시네마", "P.A.N Cinema"),
        hall=desk.spoken("2관", "Hall 2"),
    )
    doors = _FRIDAY - timedelta(minutes=30)
    return {"showing": showing, "doors": doors, "party": 2, "name": name, "code": "7K2QX", "screening_code": "sample"}


# By how the kinds' names begin; the entry's own mails share one context.
_FAMILIES = {
    "decision_": _decision,
    "award_": _decision,
    "enrolled": _class,
    "jury_": _jury,
    "qa_": _talk,
    "ticket": _seat,
    "": _entry,
}
