"""A round with its three panels: AI craft, story and art, IP and market; seats for jurors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.calls.models import Call
from portal.errors import Invalid
from portal.i18n import N_
from portal.jury.models import Criterion, Juror, Panel, Round
from portal.jury.rounds.anchors import ANCHORS
from portal.lifecycles import RoundState
from portal.policies import Actor

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


def make_round(session: Session, call: Call, *, name_ko: str, name_en: str, due_at: datetime, by: Actor) -> Round:
    """A round of a call with the three panels, ready for jurors; one of that name being set up is the same round."""
    if due_at <= clock.now():
        raise Invalid("due_at", N_("Choose a due date in the future."))
    session.execute(sa.select(Call.id).where(Call.id == call.id).with_for_update())
    same = sa.select(Round).filter_by(call_id=call.id, name_ko=name_ko, name_en=name_en, state=RoundState.SETUP)
    found = session.scalars(same).first()
    if found is not None:
        return found
    position = session.scalar(sa.select(sa.func.count()).where(Round.edition_id == call.edition_id)) or 0
    made = Round(
        edition_id=call.edition_id,
        call_id=call.id,
        name_ko=name_ko,
        name_en=name_en,
        position=position + 1,
        due_at=due_at,
    )
    session.add(made)
    session.flush()
    for place, panel in enumerate(PANELS):
        _make_panel(session, made, place, *panel)
    audit.record(session, by, "round.made", made, name=name_en)
    return made


def _make_panel(
    session: Session, round_: Round, place: int, code: str, ko: str, en: str, weight: int, criteria: Any
) -> None:
    panel = Panel(round_id=round_.id, code=code, name_ko=ko, name_en=en, weight=weight, position=place)
    session.add(panel)
    session.flush()
    for position, (key, name_ko, name_en, question_ko, question_en, share) in enumerate(criteria):
        session.add(
            Criterion(
                panel_id=panel.id,
                code=key,
                name_ko=name_ko,
                name_en=name_en,
                question_ko=question_ko,
                question_en=question_en,
                anchors=ANCHORS.get(key, {}),
                weight=share,
                position=position,
            )
        )


def seat_juror(
    session: Session,
    round_: Round,
    panel: Panel,
    person_id: int,
    *,
    languages: list[str],
    genres: list[str],
    by: Actor,
) -> Juror:
    """Give a person a seat on a panel; the label counts up and says nothing about the person."""
    found = session.scalar(sa.select(Juror).where(Juror.round_id == round_.id, Juror.person_id == person_id))
    if found is not None:
        return found
    count = session.scalar(sa.select(sa.func.count()).where(Juror.round_id == round_.id)) or 0
    juror = Juror(
        round_id=round_.id,
        panel_id=panel.id,
        person_id=person_id,
        label=f"J-{count + 1:02d}",
        languages=languages,
        genres=genres,
    )
    session.add(juror)
    session.flush()
    audit.record(session, by, "juror.seated", juror, panel=panel.code)
    return juror
