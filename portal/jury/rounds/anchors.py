"""What a score means, criterion by criterion: the sentences jurors see beside the number."""

from __future__ import annotations


def _scale(*steps: tuple[int, str, str]) -> dict[str, dict[str, str]]:
    return {str(score): {"ko": ko, "en": en} for score, ko, en in steps}


ANCHORS: dict[str, dict[str, dict[str, str]]] = {
    "control": _scale(
        (2, "도구가 나온 대로 두었다", "The tools' first output, left as it came"),
        (5, "대체로 뜻대로 되었고 흔들리는 장면이 있다", "Mostly under control, some scenes slip"),
        (8, "장면마다 고른 흔적이 또렷하다", "Every shot shows a choice"),
        (10, "도구가 보이지 않고 영화만 보인다", "The tool disappears, the film remains"),
    ),
    "coherence": _scale(
        (2, "인물이 장면마다 달라진다", "People change from shot to shot"),
        (5, "이어지지만 어긋남이 눈에 띈다", "Holds together, slips are visible"),
        (8, "인물과 공간이 끝까지 한 세계에 있다", "People and places stay in one world"),
        (10, "이음새를 찾을 수 없다", "No seam can be found"),
    ),
    "reason": _scale(
        (2, "AI가 아니어도 같았다", "It would be the same without AI"),
        (5, "AI 덕에 쉬워졌다", "AI made it easier"),
        (8, "AI라서 할 수 있는 이야기다", "A story only AI could carry"),
        (10, "AI를 쓰는 일 자체가 이야기가 되었다", "Using AI became the story itself"),
    ),
    "story": _scale(
        (2, "무슨 이야기인지 알기 어렵다", "Hard to tell what it is about"),
        (5, "이야기는 알겠지만 남는 것이 적다", "Clear, but little stays"),
        (8, "인물의 바람과 장애가 또렷하고, 끝이 오래 남는다", "Wish and obstacle are clear, the end stays"),
        (10, "다시 보고 싶고 남에게 말하고 싶다", "One wants to see it again and tell others"),
    ),
    "direction": _scale(
        (2, "장면이 제각각이다", "Scenes pull apart"),
        (5, "의도가 보이지만 고르지 않다", "Intent shows, unevenly"),
        (8, "화면과 소리가 같은 말을 한다", "Picture and sound say one thing"),
        (10, "모든 선택이 필요했다", "Every choice was necessary"),
    ),
    "finish": _scale(
        (2, "보기와 듣기에 걸리는 곳이 많다", "Many rough spots"),
        (5, "고칠 곳이 몇 군데 있다", "A few places need work"),
        (8, "상영관에서 바로 틀 수 있다", "Ready for the hall"),
        (10, "본보기가 될 만하다", "A model for others"),
    ),
    "original": _scale(
        (2, "어디서 본 듯하다", "Seen before"),
        (5, "한두 군데 새롭다", "New in places"),
        (8, "자기만의 말투가 있다", "A voice of its own"),
        (10, "처음 본다", "Never seen"),
    ),
    "ip": _scale(
        (2, "원작이나 인물이 장식에 그친다", "The source is decoration"),
        (5, "원작을 따랐다", "Follows the source"),
        (8, "원작을 새롭게 읽었다", "Reads the source anew"),
        (10, "원작이 더 커졌다", "The source has grown"),
    ),
    "audience": _scale(
        (2, "누구를 위한 영화인지 모르겠다", "Unclear whom it is for"),
        (5, "좋아할 사람이 있다", "Some will like it"),
        (8, "보여 주고 싶은 사람이 떠오른다", "One thinks of people to show it to"),
        (10, "줄을 설 것이다", "There will be a queue"),
    ),
    "growth": _scale(
        (2, "여기서 끝이다", "It ends here"),
        (5, "이어 갈 수는 있다", "It could go on"),
        (8, "다음 편이 궁금하다", "One wonders what comes next"),
        (10, "세계가 이미 있다", "The world is already there"),
    ),
}
