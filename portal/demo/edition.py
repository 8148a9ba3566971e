"""The demo's edition: the festival call with its five categories, and the school's own call."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy.orm import Session

from portal import clock
from portal.calls.models import Call, CallKind, Category, Edition, Gel, Regulations
from portal.disclosure import presets

SLUG = "pan27"

# code, Korean, English, what it is in both, gel, seconds, preset of AI rules
CATEGORIES = (
    ("short", "단편영화", "Short film", "이야기가 있는 20분까지의 영화", "Films with a story, up to 20 minutes",
     Gel.AI, 1200, "PAN_SHORT_FILM"),
    ("short_form", "숏폼", "Short form", "세로도 가로도 좋은 3분까지의 영상", "Up to 3 minutes, upright or wide",
     Gel.LAB, 180, "PAN_SHORT_FORM"),
    ("advertisement", "광고", "Advertisement", "알리고 싶은 것 하나를 위한 2분까지의 영상", "Up to 2 minutes for one thing worth telling",
     Gel.DOC, 120, "PAN_ADVERT"),
    ("actor_ip", "배우 IP", "Actor IP", "한 배우의 얼굴과 목소리를 허락받아 만드는 영화", "Made with one actor's licensed face and voice",
     Gel.WORLD, 900, "PAN_ACTOR_IP"),
    ("group_ip", "그룹 미디어 IP", "Group media IP", "소설·웹툰·드라마를 바탕으로 만드는 영화", "Based on novels, webtoons and dramas of the group",
     Gel.EVENT, 900, "PAN_GROUP_IP"),
)  # fmt: skip
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


def make(session: Session) -> tuple[Edition, Call, Call]:
    """The edition, its festival call (open for twelve more days) and the school call (open for twenty)."""
    opening = _opening_day()
    edition = Edition(
        slug=SLUG,
        prefix="PAN27",
        name_ko="AI 필름 판",
        name_en="AI Film P.A.N",
        tagline_ko="놀이터, AI, 지금",
        tagline_en="Playground, AI, Now",
        starts_on=opening,
        ends_on=opening + timedelta(days=3),
        published_at=clock.now(),
    )
    session.add(edition)
    session.flush()
    festival = _call(session, edition, CallKind.FESTIVAL, f"{SLUG}", "출품 공모", "Call for entries", days=12)
    school = _call(session, edition, CallKind.SCHOOL, f"{SLUG}-school", "에이블스쿨 공모", "Able School call", days=20)
    return edition, festival, school


def _opening_day() -> date:
    """A Thursday about three months from now."""
    day = clock.now().date() + timedelta(days=84)
    return day + timedelta(days=(3 - day.weekday()) % 7)


def _call(session: Session, edition: Edition, kind: CallKind, slug: str, ko: str, en: str, *, days: int) -> Call:
    last = (clock.now() + timedelta(days=days)).replace(hour=14, minute=59, second=0, microsecond=0)
    rows = CATEGORIES if kind == CallKind.FESTIVAL else CATEGORIES[:1]
    call = Call(
        edition=edition,
        slug=slug,
        kind=kind,
        name_ko=ko,
        name_en=en,
        intro_ko="AI와 함께 만든 영화를 기다려요. 출품료는 없어요.",
        intro_en="We look forward to films made with AI. There is no fee.",
        opens_at=clock.now() - timedelta(days=60),
        closes_at=last,
        published_at=clock.now() - timedelta(days=60),
        categories=[_category(place, *row) for place, row in enumerate(rows)],
    )
    session.add(call)
    session.flush()
    session.add(Regulations(call_id=call.id, version=1, text_ko=RULES_KO, text_en=RULES_EN))
    session.flush()
    return call


def _category(
    place: int,
    code: str,
    ko: str,
    en: str,
    about_ko: str,
    about_en: str,
    gel: Gel,
    seconds: int,
    rules: str,
) -> Category:
    return Category(
        code=code,
        name_ko=ko,
        name_en=en,
        about_ko=about_ko,
        about_en=about_en,
        gel=gel,
        max_seconds=seconds,
        ai_rules=presets.PRESETS[rules],
        position=place,
    )
