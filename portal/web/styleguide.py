"""The style guide: every component in every state with sample data, for people and for the accessibility tests."""

from types import SimpleNamespace as Sample
from typing import Any

from flask import Blueprint, Response, url_for

from portal import policies
from portal.web import chart_samples
from portal.web.access import guard
from portal.web.icons import SHAPES
from portal.web.pages import page
from portal.web.pagination import Page

bp = Blueprint("styleguide", __name__, url_prefix="/ops/_styleguide")

GELS = (
    ("AI 단편", "ai"),
    ("학교", "school"),
    ("세계의 창", "world"),
    ("기록", "doc"),
    ("실험실", "lab"),
    ("행사", "event"),
)
PHASES = ((0, "사람"), (1, "AI 보조"), (2, "함께"), (3, "AI 생성"))
DEGREES = (
    ("N", "안 씀", "사람이 만듦", 0),
    ("P", "준비", "조사·구상에만", 1),
    ("E", "다듬기", "잡음 제거, 보정", 1),
    ("M", "함께", "AI가 고친 결과", 2),
    ("G", "AI 생성", "AI가 만든 결과", 3),
)
SCOPES = (
    ("SCR", "대본", "이야기, 대사, 자막 글"),
    ("IMG", "그림", "정지 화면, 배경, 인물"),
    ("VID", "영상", "움직이는 화면"),
    ("VOI", "음성", "목소리, 더빙, 낭독"),
    ("MUS", "음악", "노래, 배경 음악"),
    ("SFX", "소리", "효과음, 공간음"),
    ("EDT", "편집", "컷, 색, 소리 다듬기"),
    ("LOC", "번역", "자막 번역, 화면 해설"),
)
CRAFTS = ("대본", "영상", "음성", "음악", "편집")

UPLOAD_BOX = Sample(
    slot="film",
    entry="T-1",
    label="영상",
    accept="video/*,.mov",
    wrong="MP4나 MOV를 골라 주세요.",
    ticket="",
    limit=20_000_000_000,
    limit_text="20 GB",
)
FILM_STATUS = Sample(
    look="making",
    title="심사용 사본을 만들고 있어요",
    percent=34,
    judged=True,
    verdict="notice",
    lines=[("notice", "소리가 아주 작아요: -34.2 LUFS."), ("fix", "20분 12초예요. 이 부문은 20분까지 받아요.")],
    settled=False,
)
REEL = Sample(
    src="/static/none.mp4",
    stream=None,
    poster="/static/img/demo/letter.webp",
    tracks=[("/static/none.vtt", "ko", "한국어", True)],
    strip=Sample(src="/static/img/demo/letter.webp", every=2, columns=5, count=20),
    viewing="/viewings/none",
    at=0,
    length=272,
    width=1280,
    height=720,
)


def shot(kind: str, name: str, start: int, end: int, note: str = "") -> Sample:
    """A stretch of the sample film of 272 seconds."""
    times = tuple(f"{moment // 60}:{moment % 60:02}" for moment in (start, end))
    place = {"x": start * 1000 // 272, "width": (end - start) * 1000 // 272}
    return Sample(kind=kind, name=name, start=start, end=end, times=times, note=note, **place)


SHOTS = Sample(
    title="",
    length_s=272,
    sums=[("live", "촬영·수작업", 150), ("altered", "AI로 변형", 40), ("generated", "AI로 생성", 82)],
    stretches=[
        shot("live", "촬영·수작업", 0, 150),
        shot("altered", "AI로 변형", 150, 190, "하늘"),
        shot("generated", "AI로 생성", 190, 272),
    ],
)


def label(tier: int, headline: str, phases: tuple[int, ...], *badges: str) -> Sample:
    """A public label with its five crafts."""
    names = dict(PHASES)
    return Sample(
        tier=tier,
        headline=headline,
        phases=[(craft, n, names[n]) for craft, n in zip(CRAFTS, phases, strict=True)],
        badges=list(badges),
    )


LABELS = (
    label(0, "AI 사용 안 함", (0, 0, 0, 0, 0)),
    label(1, "AI 보조", (1, 0, 0, 0, 1)),
    label(2, "일부 AI", (0, 2, 1, 0, 0), "합성 음성"),
    label(3, "대부분 AI", (0, 3, 1, 2, 0), "동의한 디지털 복제", "실제처럼 보이는 장면"),
    label(4, "전체 AI 영상", (1, 3, 3, 3, 2), "합성 배우", "합성 음악"),
)


def films() -> list[Sample]:
    """Five films of five sections; the last has no still yet."""
    rows = (
        (
            "letter",
            "편지를 쓰는 기계",
            "The Machine That Writes Letters",
            "en",
            "한서윤",
            "한국 · 14분",
            0,
            "AI27·A114",
        ),
        ("whale", "종이 고래", "Paper Whale", "en", "해솔초 5학년 2반", "한국 · 6분", 1, "AI27·S031"),
        ("snow", "눈의 소리", "Le bruit de la neige", "fr", "클레르 모로", "프랑스 · 21분", 2, "AI27·W022"),
        ("radio", "엄마의 라디오", "My Mother’s Radio", "en", "박민서", "한국 · 16분", 3, "AI27·D012"),
        (None, "신호", "Signal", "en", "아마라 오카포르", "나이지리아 · 8분", 4, "AI27·L006"),
    )
    return [_film(n, *row) for n, row in enumerate(rows)]


def _film(
    n: int, still: str | None, title: str, other: str, lang: str, by: str, meta: str, gel: int, code: str
) -> Sample:
    section, key = GELS[gel]
    address = url_for("static", filename=f"img/demo/{still}.webp") if still else None
    small = url_for("static", filename=f"img/demo/{still}-640.webp") if still else None
    return Sample(
        href=f"#film-{n}",
        title=title,
        title_lang="ko",
        title_other=other,
        other_lang=lang,
        byline=by,
        meta=meta,
        gel=key,
        section=section,
        code=code,
        still=address,
        srcset=f"{small} 640w, {address} 1280w" if still else None,
        alt=f"‘{title}’의 한 장면",
        label=LABELS[(3, 2, 0, 1, 4)[n]],
    )


def _slot(start: str, end: str, title: str, gel: int, left: int, **more: Any) -> Sample:
    section, key = GELS[gel]
    values = {"waiting": 0, "next": False, "action": "예매", "action_href": "#slots", "meta": "5편 · 88분"}
    values |= {"starts": "", "now": False, "cancelled": False, "code": "", "starred": None, "column": 0, **more}
    return Sample(
        href="#slots",
        start=start,
        end=end,
        hall="1관",
        title=title,
        gel=key,
        section=section,
        left=left,
        seats=300,
        **values,
    )


SLOTS = (
    _slot("13:00", "14:22", "학교 단편 1 — 교실 밖의 별", 1, 188),
    _slot("15:30", "16:58", "AI 단편 1 — 받아쓰는 기계들", 0, 23, next=True, starred=True, star_action="#slots"),
    _slot("18:00", "19:35", "세계의 창 1 — 눈과 물", 2, 0, waiting=17, action="대기 신청"),
)


def _task(title: str, state: str, kind: str = "ok", *, current: bool = False, href: str | None = "#tasks") -> Sample:
    return Sample(title=title, state=state, kind=kind, current=current, href=href)


TASKS = (
    (
        "작품",
        (_task("작품 정보", "완료"), _task("영상 올리기", "올리는 중 62%", "info"), _task("포스터와 스틸", "완료")),
    ),
    ("밝히기와 동의", (_task("AI 사용 밝히기", "작성 중", "warn", current=True), _task("동의서", "1개 남음", "warn"))),
    ("마무리", (_task("확인하고 제출", "아직 안 돼요", "", href=None),)),
)

CRITERIA = (
    Sample(
        code="story",
        name="이야기",
        weight=40,
        question="인물과 사건이 마음을 움직이나요?",
        anchors={8: "끝이 오래 남는다", 5: "이해는 된다"},
    ),
    Sample(
        code="craft", name="완성도", weight=35, question="영상·소리·편집이 다듬어졌나요?", anchors={7: "흠이 거의 없다"}
    ),
    Sample(code="why", name="AI를 쓴 까닭", weight=25, question="AI여야 할 이유가 보이나요?", anchors={}),
)

QUESTIONS = (
    Sample(
        id=1,
        text="편지의 마지막 문장은 사람이 썼나요, 기계가 썼나요?",
        by="3열 관객",
        lang=None,
        votes=31,
        state="pinned",
        state_text="무대 위",
        voted=True,
        vote_url="#q-1",
    ),
    Sample(
        id=2,
        text="How did you choose the voice for grandma?",
        by=None,
        lang="en",
        votes=12,
        state="live",
        state_text="공개",
        voted=False,
        vote_url="#q-2",
    ),
    Sample(
        id=3,
        text="타자기 소리는 직접 녹음하신 건가요?",
        by="민지",
        lang=None,
        votes=4,
        state="pending",
        state_text="확인 중",
        voted=False,
        vote_url=None,
    ),
)


def tickets() -> list[Sample]:
    """One ticket in each state."""
    states = (
        ("valid", "예매 확정"),
        ("offered", "18:00까지 받아 주세요"),
        ("used", "15:12 입장"),
        ("cancelled", "취소함"),
    )
    return [
        Sample(
            title="AI 단편 1",
            when="2월 19일 금 15:30",
            doors="15:00",
            hall="1관",
            venue="판 극장",
            seats="2석 · 가열 7–8",
            holder="한서윤",
            code=f"A7K2-{n}",
            state=state,
            state_text=text,
        )
        for n, (state, text) in enumerate(states)
    ]


def _block(key: str, start: int, minutes: int, talk: int, title: str, gel: str, **more: Any) -> Sample:
    values = {"subtitle": None, "meta": "예매 112/300", "problem": None, "selected": False, "is_new": False, **more}
    hour, minute = divmod(12 * 60 + start, 60)
    last_hour, last_minute = divmod(12 * 60 + start + minutes, 60)
    return Sample(
        id=f"b-{key}",
        key=key,
        rev=1,
        start=start,
        minutes=minutes,
        qa=talk,
        qa_text=f"관객과의 대화 {talk}분",
        title=title,
        time=f"{hour:02}:{minute:02}–{last_hour:02}:{last_minute:02}",
        gel=gel,
        href="#timetable",
        **values,
    )


HALLS = (
    (
        "h1",
        "1관",
        "300석",
        (
            _block("1", 60, 82, 20, "학교 단편 1", "school", subtitle="교실 밖의 별"),
            _block("2", 210, 88, 25, "AI 단편 1", "ai", subtitle="받아쓰는 기계들", problem="겹침", selected=True),
        ),
    ),
    ("h2", "2관", "120석", (_block("3", 90, 80, 20, "기록 1", "doc"), _block("4", 230, 75, 0, "실험실", "lab"))),
    ("h3", "라운지", "60석", (_block("5", 165, 40, 0, "해솔초 만남의 시간", "event"),)),
)


FINDINGS = (
    Sample(
        finding=Sample(
            word="겹침", hard=True, text="2관: 기록 1 · 실험실 25분 겹쳐요.", keys=("3", "4"), name="overlap 3 4"
        ),
        fix=Sample(text="실험실 → 16:20", name="move 4"),
        rev=1,
    ),
    Sample(
        finding=Sample(
            word="자리 부족",
            hard=False,
            text="AI 단편 1: 예상 관객 280명, 내놓은 자리 120석이에요.",
            keys=("2",),
            name="small 2",
        ),
        fix=None,
        why_not="이날은 더 큰 관이 비지 않아요.",
    ),
)


@bp.get("/")
@guard(policies.anyone)
def index() -> Response:
    """Every component on one page."""
    return page("styleguide/index.html", **samples())


def samples() -> dict[str, Any]:
    """All sample data by the name the page uses."""
    return {
        "gels": GELS,
        "upload_box": UPLOAD_BOX,
        "film_status": FILM_STATUS,
        "reel": REEL,
        "shots": SHOTS,
        "phases": PHASES,
        "degrees": DEGREES,
        "scopes": SCOPES,
        "labels": LABELS,
        "films": films(),
        "slots": SLOTS,
        "tasks": TASKS,
        "criteria": CRITERIA,
        "questions": QUESTIONS,
        "tickets": tickets(),
        "halls": HALLS,
        "findings": FINDINGS,
        "trend": chart_samples.TREND,
        "ranking": chart_samples.RANKING,
        "shares": chart_samples.SHARES,
        "funnel": chart_samples.FUNNEL,
        "histogram": chart_samples.HISTOGRAM,
        "icons": sorted(SHAPES),
        "rows": Page(rows=(), number=2, size=50, total=412),
        "me_scores": (3.4, 4.6, 5.5, 6.3, 6.8, 7.4, 8.8),
    }
