"""The report as plain tables, for spreadsheets and paper; small groups are withheld, as these leave the desk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal import pdf
from portal.audience.models import ScanOutcome
from portal.i18n import N_, clock_time, language, moment, pick, translate
from portal.live.ballots import words as ballot_words
from portal.live.ballots.counting import Standing
from portal.live.questions.words import short_text, theme_text
from portal.live.reactions import attendance
from portal.live.reactions.attendance import SMALL, Line
from portal.live.reactions.queries import Reactions, ThemeLine

_ = translate
_PLACES = {
    attendance.GENERAL: N_("General"),
    attendance.GUESTS: N_("Guest list"),
    attendance.WALK_INS: N_("At the door"),
    attendance.TOTAL: N_("All together"),
}
_SCANS = {
    ScanOutcome.ENTERED: N_("Let in"),
    ScanOutcome.AGAIN: N_("Shown again"),
    ScanOutcome.REFUSED: N_("Turned away"),
    ScanOutcome.UNDONE: N_("Entry taken back"),
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of the report; `widths` are shares of a printed line."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


def line_name(line: Line) -> str:
    """A group's name, or what those without one are called."""
    return _(_PLACES[line.key]) if line.key in _PLACES else pick(line.name_ko, line.name_en)


def theme_name(line: ThemeLine) -> str:
    """What these questions are about."""
    return theme_text(line.theme) if line.theme else _("Not filed")


def scan_text(outcome: ScanOutcome) -> str:
    """What the door answered."""
    return _(_SCANS[outcome])


def sheets(found: Reactions) -> list[Sheet]:
    """Every table of the report in the language in use."""
    return [sheet for sheet in (_attendance(found), _arrivals(found), *_films(found), *_questions(found)) if sheet.rows]


def _attendance(found: Reactions) -> Sheet:
    withheld = attendance.hidden(found.lines)
    rows = []
    for line in (*found.lines, found.total):
        few = _("fewer than {n}").format(n=SMALL)
        cells = (line.booked, line.came, line.away)
        told = [(few if line.is_small else _("withheld")) if line.key in withheld else str(cell) for cell in cells]
        rows.append((line_name(line), *told))
    head = (_("Group"), _("Booked"), _("Checked in"), _("Did not come"))
    return Sheet(_("Who came"), head, tuple(rows), (40, 20, 20, 20))


def _arrivals(found: Reactions) -> Sheet:
    rows = tuple((clock_time(at), str(people)) for at, people in found.arrivals)
    return Sheet(_("Arrivals"), (_("Five minutes from"), _("People let in")), rows, (50, 50))


def _films(found: Reactions) -> Iterator[Sheet]:
    names = {line.film.entry_id: pick(line.film.title_ko, line.film.title_en) for line in found.films}
    if found.result is not None:
        rows = [(names[film.entry_id], *_stars(film)) for film in found.result.films]
        head = (
            _("Film"),
            _("Ballots"),
            _("Mean"),
            _("from"),
            _("to"),
            *(ballot_words.stars_text(n) for n in range(1, 6)),
        )
        yield Sheet(_("Audience ballot"), head, tuple(rows), (32, 12, 10, 8, 8, 6, 6, 6, 6, 6))
        odd = [
            (ballot_words.kind_text(one.kind), str(one.ballots), str(one.votes), f"{one.share:.1%}")
            for one in found.anomalies
        ]
        head = (_("Finding"), _("Ballots"), _("Votes"), _("Share"))
        yield Sheet(_("What is odd"), head, tuple(odd), (49, 17, 17, 17))
    asked = tuple((names[line.film.entry_id], str(line.asked), str(line.answered)) for line in found.films)
    yield Sheet(_("Questions by film"), (_("Film"), _("Questions"), _("Answered")), asked, (60, 20, 20))


def _stars(film: Standing) -> tuple[str, ...]:
    interval = film.interval
    if interval is None:
        return ("0", "", "", "", *map(str, film.counts))
    return (
        str(film.n),
        f"{interval.mean:.2f}",
        f"{interval.low:.2f}",
        f"{interval.high:.2f}",
        *map(str, film.counts),
    )


def _questions(found: Reactions) -> Iterator[Sheet]:
    themes = tuple((theme_name(line), str(line.asked), str(line.answered)) for line in found.themes)
    yield Sheet(_("Questions by theme"), (_("Theme"), _("Questions"), _("Answered")), themes, (60, 20, 20))
    states = tuple((short_text(state), str(count)) for state, count in found.states.items())
    yield Sheet(_("Questions by state"), (_("State"), _("Questions")), states, (60, 40))
    quoted = tuple(
        (theme_name(line), one.text, short_text(one.state), str(one.votes))
        for line in found.themes
        for one in line.examples
    )
    head = (_("Theme"), _("Question"), _("State"), _("Votes"))
    yield Sheet(_("Most wanted questions"), head, quoted, (18, 52, 18, 12))


def csv_rows(found: Reactions) -> Iterator[tuple[str, str, str, str]]:
    """Every figure on a line of its own: table, row, column, value."""
    for sheet in sheets(found):
        for name, *cells in sheet.rows:
            yield from ((sheet.title, name, column, cell) for column, cell in zip(sheet.head[1:], cells, strict=True))


def paper(found: Reactions, *, title: str, lines: Sequence[str], made_at: datetime) -> bytes:
    """The report as PDF; `lines` say where and when the screening was."""
    blocks: list[pdf.Block] = [pdf.Heading(title, 1), pdf.Paragraph("\n".join(lines))]
    for sheet in sheets(found):
        blocks += [pdf.Heading(sheet.title), pdf.Table(sheet.head, sheet.rows, sheet.widths)]
    blocks.append(pdf.Paragraph(_note(made_at)))
    return pdf.document(blocks, title=title, language=language(), made_at=made_at)


def _note(made_at: datetime) -> str:
    few = _("Groups of fewer than {n} seats are withheld, and one more where a single one could be worked out.")
    sure = _(
        "Intervals hold 95 %: Wilson's score interval, carried over to a mean of one to five stars. "
        "They say what others like these would have given."
    )
    return "\n".join((few.format(n=SMALL), sure, _("Made on {when}.").format(when=moment(made_at, year=True))))
