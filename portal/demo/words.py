"""Invented names and titles. Each is put together from parts; any likeness to a living person or a film is chance."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

FAMILIES = (
    ("김", "Kim"), ("이", "Lee"), ("박", "Park"), ("최", "Choi"), ("정", "Jung"), ("강", "Kang"), ("조", "Cho"),
    ("윤", "Yoon"), ("장", "Jang"), ("임", "Lim"), ("한", "Han"), ("오", "Oh"), ("서", "Seo"), ("신", "Shin"),
    ("권", "Kwon"), ("황", "Hwang"), ("안", "Ahn"), ("송", "Song"), ("류", "Ryu"), ("홍", "Hong"),
)  # fmt: skip
FIRST = (
    ("서", "Seo"), ("민", "Min"), ("지", "Ji"), ("하", "Ha"), ("도", "Do"), ("예", "Ye"), ("수", "Su"), ("은", "Eun"),
    ("태", "Tae"), ("주", "Ju"), ("가", "Ga"), ("나", "Na"), ("다", "Da"), ("유", "Yu"), ("채", "Chae"), ("소", "So"),
)  # fmt: skip
LAST = (
    ("윤", "yun"), ("준", "jun"), ("우", "woo"), ("연", "yeon"), ("람", "ram"), ("린", "rin"), ("호", "ho"),
    ("영", "young"), ("빈", "bin"), ("아", "a"), ("진", "jin"), ("현", "hyun"), ("원", "won"), ("솔", "sol"),
)  # fmt: skip
FOREIGN = (
    ("클레르 모로", "Moreau", "Claire", "FR"), ("다나카 아이코", "Tanaka", "Aiko", "JP"),
    ("마르크 뒤부아", "Dubois", "Marc", "FR"), ("아마라 오카포르", "Okafor", "Amara", "NG"),
    ("응우옌 란", "Nguyen", "Lan", "VN"), ("요나스 베버", "Weber", "Jonas", "DE"),
    ("루시아 로메로", "Romero", "Lucia", "ES"), ("사라 린", "Lin", "Sarah", "TW"),
    ("엘라 헤이즈", "Hayes", "Ella", "GB"), ("왕 메이", "Wang", "Mei", "CN"),
)  # fmt: skip
WHOSE = (
    ("편지를 쓰는", "Letter-Writing"), ("종이로 접은", "Paper"), ("눈 내리는", "Snowbound"), ("잠들지 않는", "Sleepless"),
    ("물속의", "Underwater"), ("엄마의", "My Mother's"), ("여름밤의", "Summer Night"), ("아무도 모르는", "Unknown"),
    ("거꾸로 걷는", "Backward-Walking"), ("유리로 된", "Glass"), ("열두 번째", "Twelfth"), ("파란", "Blue"),
    ("먼 곳의", "Faraway"), ("느린", "Slow"), ("마지막", "Last"), ("두 번째", "Second"), ("불 꺼진", "Unlit"),
    ("할머니의", "Grandmother's"), ("새벽의", "Daybreak"), ("모래로 지은", "Sand-Built"), ("낡은", "Worn-Out"),
    ("비 오는 날의", "Rainy-Day"), ("기억하는", "Remembering"), ("꿈꾸는", "Dreaming"), ("작은", "Little"),
    ("그림자 없는", "Shadowless"), ("말하는", "Talking"), ("돌아온", "Returning"), ("달빛", "Moonlit"), ("빈", "Empty"),
    ("노래하는", "Singing"), ("이름 없는", "Nameless"), ("접힌", "Folded"), ("서울의", "Seoul"), ("바다를 건넌", "Sea-Crossing"),
    ("겨울의", "Winter"), ("숨은", "Hidden"), ("첫", "First"), ("일요일의", "Sunday"), ("반쯤 남은", "Half-Left"),
)  # fmt: skip
WHAT = (
    ("기계", "Machine"), ("고래", "Whale"), ("소리", "Sound"), ("도시", "City"), ("기억", "Memory"), ("라디오", "Radio"),
    ("프레임", "Frame"), ("창가", "Window Seat"), ("신호", "Signal"), ("정원", "Garden"), ("배우", "Actor"),
    ("우체국", "Post Office"), ("계단", "Stairs"), ("부엌", "Kitchen"), ("극장", "Cinema"), ("지도", "Map"),
    ("거울", "Mirror"), ("열차", "Train"), ("숲", "Forest"), ("시계", "Clock"), ("얼굴", "Face"), ("섬", "Island"),
    ("등대", "Lighthouse"), ("교실", "Classroom"), ("버스", "Bus"), ("피아노", "Piano"), ("사진관", "Photo Studio"),
    ("골목", "Alley"), ("인형", "Doll"), ("별", "Star"), ("목소리", "Voice"), ("다리", "Bridge"), ("달력", "Calendar"),
    ("화분", "Flowerpot"), ("엘리베이터", "Elevator"), ("옥상", "Rooftop"), ("번역가", "Translator"), ("강", "River"),
    ("우산", "Umbrella"), ("세탁소", "Laundry"), ("온실", "Greenhouse"), ("방", "Room"), ("그네", "Swing"),
    ("이웃", "Neighbour"), ("약속", "Promise"), ("합창", "Choir"), ("사전", "Dictionary"), ("가로등", "Street Lamp"),
    ("책상", "Desk"), ("문장", "Sentence"), ("이야기", "Story"), ("카메라", "Camera"), ("종점", "Terminus"),
)  # fmt: skip
LOGLINES = (
    ("{title}의 하루를 따라가다 보면, 잊은 줄 알았던 이름이 하나씩 돌아온다.",
     "A day with the {title} brings back, one by one, the names that seemed forgotten."),
    ("모두가 떠난 자리에 남은 것은 하나. 누군가는 그것을 끝까지 지켜보기로 한다.",
     "One thing stays behind when everybody has left, and somebody decides to watch over it to the end."),
    ("한 번도 만난 적 없는 두 사람이 같은 장면을 꿈꾼다. 어느 쪽이 먼저였을까.",
     "Two people who never met dream the same scene. Whose was it first?"),
    ("고치려 할수록 달라지는 기억 앞에서, 주인공은 고치지 않는 법을 배운다.",
     "Faced with a memory that changes with every repair, the hero learns not to repair."),
)  # fmt: skip


@dataclass(frozen=True)
class Name:
    """A person's name in native and Latin script."""

    native: str
    family: str
    given: str
    country: str = "KR"


def names(rng: random.Random) -> Iterator[Name]:
    """Korean names without end, no two alike for the first four thousand."""
    parts = list(product(FAMILIES, FIRST, LAST))
    rng.shuffle(parts)
    for (family_ko, family), (first_ko, first), (last_ko, last) in parts:
        yield Name(family_ko + first_ko + last_ko, family, f"{first}-{last}")


def foreigners() -> list[Name]:
    """A few names from elsewhere."""
    return [Name(native, family, given, country) for native, family, given, country in FOREIGN]


def titles(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Film titles in Korean and English, no two alike for the first two thousand."""
    pairs = list(product(WHOSE, WHAT))
    rng.shuffle(pairs)
    for (whose_ko, whose), (what_ko, what) in pairs:
        yield f"{whose_ko} {what_ko}", f"{whose} {what}" if whose.endswith("'s") else f"The {whose} {what}"
