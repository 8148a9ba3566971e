"""Sample data of the charts on the style guide."""

from portal.web import charts

TREND = charts.Trend(
    finding="10월 6일부터 12월 4일 마감까지 412편. 지난해는 298편.",
    now=[0, 6, 14, 25, 38, 52, 70, 92, 118, 150, 182, 222, 295, 412],
    before=[0, 5, 12, 22, 33, 46, 60, 78, 98, 122, 150, 178, 232, 298],
    ticks=[(0, "10월 6일"), (6, "11월 3일"), (13, "12월 4일")],
    rush=2,
    remark="마감 48시간",
    detail="전체의 46%, 190편",
)
RANKING = charts.Ranking(
    finding="24편 경계 부근 다섯 편은 구간이 겹쳐요.",
    films=[
        charts.Ranked(22, "여름밤의 프레임", 7.70, 7.40, 7.04, 7.76, 82),
        charts.Ranked(23, "엄마의 라디오", 7.18, 7.36, 6.96, 7.76, 74),
        charts.Ranked(24, "복도 끝 교실", 7.52, 7.31, 6.76, 7.86, 61),
        charts.Ranked(25, "신호", 7.05, 7.29, 6.67, 7.91, 57),
        charts.Ranked(26, "두 번째 그림자", 7.44, 7.12, 6.74, 7.50, 24),
    ],
    after=24,
    cut="본선 24편",
    headings=("순위 · 작품", "보정 점수와 80% 구간", "24편 안에 들 확률"),
)
SHARES = charts.Shares(
    finding="AI 생성 비율은 영상 41%, 음악 31%, 음성 14%.",
    crafts=[
        ("대본", (52, 31, 12, 5)),
        ("영상", (18, 17, 24, 41)),
        ("음성", (46, 29, 11, 14)),
        ("음악", (33, 16, 20, 31)),
        ("편집", (58, 34, 6, 2)),
    ],
)
FUNNEL = charts.Bars(
    finding="접수한 412편 가운데 본선은 24편.",
    items=[
        ("접수", 412, ""),
        ("파일 검사 통과", 398, "열리지 않음 14"),
        ("자격 통과", 371, "길이 초과 11"),
        ("본선", 24, "1월 27일 발표"),
    ],
)
HISTOGRAM = charts.Bars(
    finding="7점이 가장 많아요.",
    items=[(str(n), count, "") for n, count in enumerate((2, 4, 9, 16, 31, 52, 74, 48, 21, 6), start=1)],
    marked=6,
)
