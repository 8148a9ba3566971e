"""Founds an edition: its festival call with the five categories of P.A.N, its school call, and the first organizer.

Calls are founded unpublished; organizers set dates and rules on their desk and publish them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.calls.models import Call, CallKind, Category, Edition, Gel, Regulations, RuleVersion
from portal.disclosure.rules import presets
from portal.policies import SYSTEM, Grant, Role, Scope

RULES_KO = """제1조 출품자는 작품에 쓴 AI를 빠짐없이 밝힙니다.
제2조 상영 시간은 크레디트를 뺀 길이로 셉니다.
제3조 실제 인물의 얼굴과 목소리를 쓰려면 본인의 동의가 있어야 합니다.
제4조 심사는 이름을 가린 채 세 심사단이 나누어 봅니다.
제5조 마감 시각은 한국 시각(KST)이며, 그 전에 시작한 올리기는 두 시간 안에 마칠 수 있습니다."""
RULES_EN = """1. Entrants declare every use of AI in the film.
2. Running time is counted without credits.
3. A real person's face or voice needs that person's consent.
4. Films are judged without names by three panels.
5. The deadline is Korean time (KST); an upload begun before it may finish within two hours."""


@dataclass(frozen=True)
class Section:
    """One category to be: names, what it is, its gel, its longest film in seconds, its preset of AI rules."""

    code: str
    ko: str
    en: str
    about_ko: str
    about_en: str
    gel: Gel
    seconds: int
    rules: str


SECTIONS = (
    Section(
        "short",
        "단편영화",
        "Short film",
        "이야기가 있는 20분까지의 영화",
        "Films with a story, up to 20 minutes",
        Gel.AI,
        1200,
        "PAN_SHORT_FILM",
    ),
    Section(
        "short_form",
        "숏폼",
        "Short form",
        "세로도 가로도 좋은 3분까지의 영상",
        "Up to 3 minutes, upright or wide",
        Gel.LAB,
        180,
        "PAN_SHORT_FORM",
    ),
    Section(
        "advertisement",
        "광고",
        "Advertisement",
        "알리고 싶은 것 하나를 위한 2분까지의 영상",
        "Up to 2 minutes for one thing worth telling",
        Gel.DOC,
        120,
        "PAN_ADVERT",
    ),
    Section(
        "actor_ip",
        "배우 IP",
        "Actor IP",
        "한 배우의 얼굴과 목소리를 허락받아 만드는 영화",
        "Made with one actor's licensed face and voice",
        Gel.WORLD,
        900,
        "PAN_ACTOR_IP",
    ),
    Section(
        "group_ip",
        "그룹 미디어 IP",
        "Group media IP",
        "소설·웹툰·드라마를 바탕으로 만드는 영화",
        "Based on novels, webtoons and dramas of the group",
        Gel.EVENT,
        900,
        "PAN_GROUP_IP",
    ),
)


@dataclass(frozen=True)
class Plan:
    """An edition to be."""

    slug: str
    prefix: str
    name_ko: str
    name_en: str
    starts_on: date
    ends_on: date


class Taken(Exception):
    """An edition with this address or number prefix is already there."""


def found(session: Session, plan: Plan, *, opens_at: datetime, closes_at: datetime) -> tuple[Edition, Call, Call]:
    """The edition with its festival call and its school call, all unpublished. Raises Taken."""
    clash = sa.or_(Edition.slug == plan.slug, Edition.prefix == plan.prefix)
    if session.scalar(sa.select(Edition.id).where(clash)) is not None:
        raise Taken(plan.slug)
    edition = Edition(
        slug=plan.slug,
        prefix=plan.prefix,
        name_ko=plan.name_ko,
        name_en=plan.name_en,
        tagline_ko="놀이터, AI, 지금",
        tagline_en="Playground, AI, Now",
        starts_on=plan.starts_on,
        ends_on=plan.ends_on,
    )
    session.add(edition)
    session.flush()
    window = (opens_at, closes_at)
    festival = _call(session, edition, CallKind.FESTIVAL, ("출품 공모", "Call for entries"), SECTIONS, window)
    school = _call(session, edition, CallKind.SCHOOL, ("에이블스쿨 공모", "Able School call"), SECTIONS[:1], window)
    audit.record(session, SYSTEM, "edition.founded", edition, slug=plan.slug)
    return edition, festival, school


def _call(
    session: Session,
    edition: Edition,
    kind: CallKind,
    name: tuple[str, str],
    sections: tuple[Section, ...],
    window: tuple[datetime, datetime],
) -> Call:
    call = Call(
        edition=edition,
        slug=edition.slug if kind == CallKind.FESTIVAL else f"{edition.slug}-school",
        kind=kind,
        name_ko=name[0],
        name_en=name[1],
        intro_ko="AI와 함께 만든 영화를 기다려요. 출품료는 없어요.",
        intro_en="We look forward to films made with AI. There is no fee.",
        opens_at=window[0],
        closes_at=window[1],
        categories=[_category(place, section) for place, section in enumerate(sections)],
    )
    session.add(call)
    session.flush()
    session.add(Regulations(call_id=call.id, version=1, text_ko=RULES_KO, text_en=RULES_EN))
    session.add_all(RuleVersion(category_id=one.id, version=1, rules=one.ai_rules) for one in call.categories)
    session.flush()
    return call


def _category(place: int, section: Section) -> Category:
    return Category(
        code=section.code,
        name_ko=section.ko,
        name_en=section.en,
        about_ko=section.about_ko,
        about_en=section.about_en,
        gel=section.gel,
        max_seconds=section.seconds,
        ai_rules=presets.PRESETS[section.rules],
        position=place,
    )


def appoint(session: Session, edition: Edition, email: str, name: str) -> str:
    """Make somebody an organizer of the edition; the address of a link that signs them in once."""
    person = session.scalar(sa.select(Person).where(Person.email == email.strip().lower()))
    if person is None:
        person = accounts.create_person(session, email, accounts.Names(native_name=name))
    accounts.grant_role(session, person, Grant(Role.ORGANIZER, Scope.EDITION, edition.id))
    return accounts.one_time_link(session, person, lasts=timedelta(hours=24))


def usual_window() -> tuple[datetime, datetime]:
    """Sixty days from tomorrow, to be changed on the desk."""
    opens = clock.now() + timedelta(days=1)
    return opens, opens + timedelta(days=60)
