"""The run sheet as a paper: the evening by the clock, who is on stage, what absent directors wrote."""

from __future__ import annotations

from collections.abc import Iterable

from portal import clock, pdf
from portal.i18n import clock_time, duration, language, moment, pick, translate
from portal.lifecycles import GuestState
from portal.programme import runsheet, stage, zones
from portal.programme.models import Guest, GuestRole, QASession, Screening
from portal.programme.states import guest_text, role_text, rule_text

_ = translate


def paper(screening: Screening) -> bytes:
    """A4 in the language in use; films, inserts, hall, venue, guests and their parts are loaded."""
    return pdf.document(blocks(screening), title=_title(screening), language=language(), made_at=clock.now())


def blocks(screening: Screening) -> list[pdf.Block]:
    """What stands on it."""
    listed = [pdf.Heading(_title(screening), 1), pdf.Paragraph(_where(screening)), *_evening(screening)]
    return listed + (_talk(screening.qa_session) if screening.qa_session else [])


def _title(screening: Screening) -> str:
    return _("Run sheet: {title}").format(title=pick(screening.package.title_ko, screening.package.title_en))


def _where(screening: Screening) -> str:
    hall = screening.hall
    names = (pick(hall.venue.name_ko, hall.venue.name_en), pick(hall.name_ko, hall.name_en))
    return " · ".join((moment(screening.starts_at, year=True), *names))


def _evening(screening: Screening) -> list[pdf.Block]:
    rows = [(clock_time(line.at), duration(line.seconds), line.title, line.text) for line in runsheet.lines(screening)]
    if screening.qa_session is not None:
        minutes = screening.qa_session.minutes
        rows.append((clock_time(screening.ends_at), duration(minutes * 60), _("Q&A"), _leads(screening.qa_session)))
        rows.append((clock_time(stage.talk_ends(screening.qa_session)), "", _("The talk ends"), ""))
    head = (_("Time"), _("Length"), _("Programme"), _("Who"))
    return [pdf.Heading(_("The evening by the clock")), pdf.Table(head, rows, (12, 16, 42, 30))]


def _leads(talk: QASession) -> str:
    return ", ".join(stage.moderators(talk))


def _talk(talk: QASession) -> list[pdf.Block]:
    guests = stage.line_up(talk.guests)
    rule = rule_text(talk.pick_rule)
    blocks: list[pdf.Block] = [pdf.Heading(_("On stage"))]
    if guests:
        head = (_("Name"), _("Role"), _("Answer"), _("Parts"))
        blocks.append(pdf.Table(head, [_row(talk, guest) for guest in guests], (30, 24, 18, 28)))
    blocks.append(pdf.Paragraph(f"{_('Rule for questions')}: {rule[0]}. {rule[1]}"))
    if talk.remote_url:
        blocks.append(pdf.Paragraph(f"{_('Address of the call')}: {talk.remote_url}"))
    if talk.note:
        blocks.append(pdf.Paragraph(f"{_('Note for the team')}: {talk.note}"))
    return blocks + _statements(guests)


def _row(talk: QASession, guest: Guest) -> tuple[str, str, str, str]:
    role = role_text(guest.role) + (f" ({guest.interprets})" if guest.interprets else "")
    part = stage.slot_begins(talk, guest.slot) if guest.slot else None
    when = zones.pair(part or talk.screening.ends_at, guest.timezone) if part or _is_away(guest) else ""
    return guest.name, role, guest_text(guest.state), when


def _is_away(guest: Guest) -> bool:
    """Whether the guest's own clock matters on the evening."""
    return guest.role == GuestRole.GUEST and guest.state == GuestState.REMOTE


def _statements(guests: Iterable[Guest]) -> list[pdf.Block]:
    left = [guest for guest in guests if guest.statement and guest.state in (GuestState.DECLINED, GuestState.ABSENT)]
    blocks: list[pdf.Block] = [pdf.Heading(_("To be read out"))] if left else []
    for guest in left:
        blocks += [pdf.Paragraph(f"{guest.name}\n{guest.statement}")]
    return blocks
