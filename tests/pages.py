"""Where every page is: an example of each address of the portal, and who of the demo goes there.

A route without an example fails test_axe.py and test_bad_input.py, so that whoever adds a page adds its example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.scene import CLASS, DRAFT, IN_REVIEW, RECUT, token
from tests.scene_classroom import ONWARD, PEER
from tests.scene_papers import LENT


@dataclass(frozen=True)
class Visit:
    """Who goes there, and the things in the address: a word is the name of a thing of the scene, or itself."""

    who: str = ""
    names: Mapping[str, str] = field(default_factory=dict)

    def values(self, things: Mapping[str, object]) -> dict[str, object]:
        """The values for the address."""
        return {key: things.get(name, name) for key, name in self.names.items()}


def _all(who: str, endpoints: str, **names: str) -> dict[str, Visit]:
    return dict.fromkeys(endpoints.split(), Visit(who, names))


_DRAFT_PAGES = """entries.show entries.ai entries.omnibus_films entries.label_files entries.consents entries.credits
entries.film entries.film_status entries.film_extras entries.dock entries.images entries.info entries.review
entries.rights entries.team"""
_DESK_LISTS = """organizer.home organizer.trail organizer.export calls.index calls.team styleguide.index
entries.desk mail.outbox mail.suppressed reminders.index"""

# Every route that answers GET.
PAGES: dict[str, Visit] = {
    **_all("", "front.door public.home public.access public.films public.label public.mining public.privacy"),
    **_all("", "entries.calls_open"),
    **_all("", "accounts.login accounts.password_door accounts.link_sent accounts.second_step"),
    **_all("", "mailbox.inbox health.alive health.ready"),
    **_all("", "programme.schedule programme.schedule_calendar api.description api.schedule"),
    **_all("", "public.call", slug="call"),
    **_all("", "public.film", number="shown"),
    **_all("", "public.label_file", number="shown", kind="txt"),
    **_all("", "front.mining_reserved"),
    **_all("", "programme.schedule_day programme.day_calendar programme.embed_day api.schedule_day", day="day"),
    **_all("", "programme.changes programme.embed programme.mine programme.mine_calendar"),
    **_all("", "programme.plan_feed", token="plan"),
    **_all("programmer", "programme.export", kind="xlsx"),
    **_all("", "programme.screening_calendar audience.screening audience.already", code="screening"),
    **_all("creator", "notices.index notices.settings"),
    **_all("creator", "notices.show notices.body", token="notice"),
    **_all("creator", "notices.file", token="notice", number="0"),
    **_all("", "unsubscribe.show", token="unsubscribing"),
    **_all("", "push_worker.script"),
    **_all("", "accounts.open_link", token=token("login")),
    **_all("", "accounts.invitation", token=token("invitation")),
    **_all("", "disclosures.consent", token=token("consent")),
    **_all("", "entries.receipt", number="receipt"),
    **_all("", "programme.guest programme.calendar", token="guest"),
    **_all("", "audience.ticket audience.calendar audience.ticket_paper audience.ticket_card", token="ticket"),
    **_all("", "audience.offer", token="offer"),
    **_all("", "mailbox.delivered mailbox.delivered_html", name="letter"),
    **_all("", "mailbox.attachment", name="letter", number="0"),
    **_all("", "media.picture", token="poster"),
    **_all("", "media.play", token="poster"),
    **_all("", "media.stream", token="poster", name="720.m3u8"),
    **_all("", "media.master media.captions media.captions_playlist", token="poster"),
    **_all("", "static", filename="css/base.css"),
    **_all("creator2", "entries.invitation", token=token("team")),
    **_all("creator", "accounts.profile accounts.device entries.own"),
    **_all("creator", "entries.start", slug="call"),
    **_all("creator", _DRAFT_PAGES, number=DRAFT),
    **_all("creator", "entries.picture", number=DRAFT, code="picture"),
    **_all("creator", "entries.label_file", number=DRAFT, kind="txt"),
    **_all("creator", "entries.clips", number=DRAFT),
    **_all("creator2", "entries.replacement entries.changes", number=RECUT),
    **_all("organizer", "entries.receipt_document", number="receipt"),
    **_all("student", "entries.school_desk"),
    **_all("student", "entries.showcase", code="cohort"),
    **_all("student", "entries.class_film", number=PEER),
    **_all("student", "entries.prompt_log", number=CLASS),
    **_all("student", "entries.edit_prompt", number=CLASS, code="prompt"),
    **_all("student", "entries.prompt_file", number=CLASS, kind="md"),
    **_all("student", "entries.promotion_choice", number=ONWARD),
    **_all("mentor", "entries.review_material", number=IN_REVIEW),
    **_all("juror", "jury.home"),
    **_all("juror", "jury.film", code="assignment"),
    **_all("juror", "jury.done declarations.show answers.ask_step_down", code="round"),
    **_all("juror", "answers.ask_decline", code="assignment"),
    **_all("chair", "assignment.report", code="round"),
    **_all("chair", "assignment.film", code="round", number="judged"),
    **_all("chair", "assignment.why", code="round", number="judged", label="seat"),
    **_all("chair", "assignment.ask_end", code="round", label="seat"),
    **_all("creator", "acquaintances.show", number=DRAFT),
    **_all("chair", "conflicts.index", code="round"),
    **_all("juror", "tiebreak.ballot", code="ballot"),
    **_all("chair", "tiebreak.show", code="round"),
    **_all("chair", "rounds.index"),
    **_all("chair", "progress.board progress.ask_nudge progress.fault_list", code="round"),
    **_all("chair", "progress.juror", code="round", label="seat"),
    **_all("chair", "setup.show listing.show planner.show", code="round_new"),
    **_all("chair", "criteria.panel", code="round_new", panel_id="panel_new"),
    **_all("chair", "criteria.criterion", code="round_new", panel_id="panel_new", criterion_id="criterion_new"),
    **_all("chair", "rounds.show results.ranking scores.export scores.data", code="round"),
    **_all("chair", "scores.jurors discussions.index", code="round"),
    **_all("chair", "scores.film", code="round", number="judged"),
    **_all("chair", "discussions.thread", code="discussion"),
    **_all("juror", "discussions.mine"),
    **_all("chair", "decisions.select quotas.show release.review release.public_list", code="round"),
    **_all("creator2", "film_invitation.show", number="invited"),
    **_all("organizer", "invitations.index", code="round_invited"),
    **_all("chair", "minutes.show minutes.paper", code="round"),
    **_all("chair", "awards.index"),
    **_all("chair", "awards.show", award_id="award"),
    **_all("creator5", "awards.objection", code="award_grant"),
    **_all("creator", "watched.show", number=DRAFT),
    **_all("", "public.awards"),
    **_all("programmer", "programme.desk programme.packages programme.releases programme.venues"),
    **_all("programmer", "programme.desk_day", day="day"),
    **_all("programmer", "programme.placings programme.engagements"),
    **_all("programmer", "programme.placing", code="placing"),
    **_all("programmer", "programme.package", code="package"),
    **_all("programmer", "programme.materials"),
    **_all("programmer", "programme.film_materials", number="programmed"),
    **_all("programmer", "programme.screening_copies", code="screening"),
    **_all("creator", "programme.entry_materials", number=DRAFT),
    **_all("programmer", "programme.talk", code="screening"),
    **_all("moderator", "programme.talks"),
    **_all("moderator", "programme.run_sheet programme.run_sheet_paper", code="screening"),
    **_all("organizer", _DESK_LISTS),
    **_all("organizer", "calls.show calls.new_category", slug="call"),
    **_all("organizer", "calls.category rules.show", category_id="category"),
    **_all("organizer", "entries.eligibility_queue entries.amendments_waiting entries.cuts_asked"),
    **_all("organizer", "entries.desk_films entries.desk_provenance", number=RECUT),
    **_all("organizer", "entries.eligibility_of entries.desk_entry entries.desk_disclosure", number="received"),
    **_all("creator", "entries.pack", number=LENT),
    **_all("creator", "entries.pack_file", number=LENT, code="lent_file"),
    **_all("creator", "entries.own_paper", number=DRAFT, code="paper"),
    **_all("organizer", "entries.holds entries.paper_desk"),
    **_all("organizer", "entries.desk_holds", number="received"),
    **_all("organizer", "entries.paper entries.paper_file", code="paper"),
    **_all("organizer", "entries.pack_desk", category_id="lent_category"),
    **_all("organizer", "organizer.export_sheet", name="entries"),
    **_all("organizer", "mail.letter mail.letter_html", mail_id="mail"),
    **_all("organizer", "mail.wordings"),
    **_all("organizer", "mail.wording", kind="needs_fix"),
    **_all("organizer", "mail.wording_html", kind="needs_fix", language="ko"),
    **_all("organizer", "mail.batch mail.recipients", batch="scheduled_batch"),
    **_all("organizer", "broadcasts.index broadcasts.new"),
    **_all("organizer", "broadcasts.show", code="broadcast"),
    **_all("organizer", "broadcasts.face", code="broadcast", language="ko"),
    **_all("organizer", "school.cohorts"),
    **_all("organizer", "school.cohort", code="cohort"),
    **_all("organizer", "school.teams school.settings school.guardian_matrix school.guardian_forms", code="young"),
    **_all("organizer", "school.certificate_desk school.certificate_papers", code="young"),
    **_all("organizer", "school.student", code="young", person_id="young_student"),
    **_all("mentor2", "school.mentored_teams", code="young"),
    **_all("mentor2", "school.team", code="young_team"),
    **_all("young0", "school.certificate", number="young_certificate"),
    **_all("", "school.check"),
    **_all("", "school.verify", number="young_certificate"),
    **_all("", "school.guardian", token="young_guardian"),
    **_all("", "live.own_ballot", token="voter"),
    **_all("", "live.result live.ballot_here", code="reported"),
    **_all("moderator", "live.ballot", code="voting"),
    **_all("programmer", "live.all_reactions"),
    **_all("programmer", "live.count live.reactions live.reactions_sheet live.reactions_paper", code="reported"),
    **_all("", "live.floor live.news", code="hall"),
    **_all("", "wall.short", short="hall_short"),
    **_all("", "live.stage live.stage_events", token="wall"),
    **_all("", "live.written", token="writer"),
    **_all("moderator", "live.moderate live.picked", code="hall"),
    **_all("", "audience.sent", code="screening"),
    **_all("", "audience.join", token="seat_group_link"),
    **_all("", "audience.moved", token="ticket"),
    **_all("", "audience.another", token="seat_lost"),
    **_all("organizer", "audience.groups"),
    **_all("organizer", "audience.group", code="seat_group"),
    **_all("organizer", "audience.quotas", code="screening"),
    **_all("moderator", "audience.all_seats"),
    **_all("moderator", "audience.seats audience.check_list", code="screening"),
    **_all("moderator", "audience.door", token="ticket"),
    **_all("moderator", "audience.entrance audience.entrance_list audience.entrance_worker", code="screening"),
    **_all("moderator", "audience.paper_list audience.absent audience.absent_sheet", code="screening"),
    **_all("moderator", "audience.seat_plan", code="screening"),
}

__all__ = ["CLASS", "PAGES", "Visit"]
