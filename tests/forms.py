"""Every address that takes a form, with who sends it and an honest example of what is sent.

A route without an example fails test_bad_input.py, so that whoever adds a form adds its example.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.scene import CLASS, DRAFT, IN_REVIEW, RECUT, token
from tests.scene_classroom import ONWARD, PEER
from tests.scene_notices import AUTH, P256DH
from tests.scene_papers import LENT


@dataclass(frozen=True)
class Form:
    """Who sends it where, what they write, and the page whose hidden fields go along."""

    who: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    page: str = ""
    written: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False  # pressing its button is all one can say: an empty form is a whole one, or changes nothing
    public: bool = False  # nobody has to sign in: everybody may, or the link itself is the right

    def values(self, things: Mapping[str, object]) -> dict[str, object]:
        """The values for the address."""
        return {key: things.get(name, name) for key, name in self.names.items()}


def _all(who: str, endpoints: str, *, bare: bool = False, public: bool = False, **names: str) -> dict[str, Form]:
    return dict.fromkeys(endpoints.split(), Form(who, names, bare=bare, public=public))


_NAMES = {"name_ko": "이름", "name_en": "A name"}
_CALL = {
    **_NAMES,
    "slug": "another",
    "kind": "festival",
    "opens_on": "2027-03-01",
    "opens_time": "10:00",
    "closes_on": "2027-05-01",
    "closes_time": "18:00",
    "grace_minutes": "60",
    "entry_limit": "2",
}
_CATEGORY = {**_NAMES, "code": "essay", "gel": "ai", "min_seconds": "0", "max_seconds": "600", "min_height": "720"}

_ROUND = {
    "due_on": "2030-02-01",
    "kind": "final",
    "visibility": "never",
    "band": "5",
    "floor": "80",
    "kappa": "20",
    "places": "24",
    "seed": "7",
}
_PANEL = {"code": "sound", "weight": "20", "demand": "1"}
_LETTER = {
    "name": "A letter",
    "topic": "news",
    "audience": "jurors",
    "subject_ko": "알려 드려요",
    "subject_en": "News",
    "body_ko": "{name} 님, 안녕하세요.",
    "body_en": "Dear {name},",
}
_CRITERION = {"code": "sound", "question_ko": "어떤가요?", "question_en": "How is it?", "weight": "20"}

FORMS: dict[str, Form] = {
    # people
    "accounts.ask_link": Form("", {}, "accounts.login", {"email": "somebody@pan.example"}, public=True),
    **_all("", "accounts.sign_in_with_password", public=True),
    **_all("", "accounts.check_code", bare=True, public=True),
    **_all("", "accounts.use_link", public=True, token=token("login")),
    **_all("", "accounts.accept_invitation", public=True, token=token("invitation")),
    **_all("creator", "accounts.end_others accounts.logout", bare=True),
    **_all("creator", "accounts.save_password accounts.save_profile accounts.switch_on accounts.switch_off"),
    # notices
    "notices.save_settings": Form(
        "creator",
        {},
        "notices.settings",
        {"films": "digest", "jury": "off", "school": "at_once", "screenings": "digest", "news": "off"},
    ),
    **_all("creator", "notices.read", bare=True, token="notice"),
    **_all("creator", "notices.read_all", bare=True),
    "notices.add_device": Form(
        "creator",
        {},
        "notices.settings",
        {"endpoint": "https://fcm.googleapis.com/fcm/send/other", "p256dh": P256DH, "auth": AUTH},
    ),
    **_all("creator", "notices.remove_device", bare=True, code="device"),
    "push_worker.renew": Form(
        "",
        {"token": "renewing"},
        "notices.settings",
        {"endpoint": "https://fcm.googleapis.com/fcm/send/renewed", "p256dh": P256DH, "auth": AUTH},
        public=True,
    ),
    "unsubscribe.choose": Form("", {"token": "unsubscribing"}, "unsubscribe.show", {"way": "off"}, public=True),
    # entries
    "entries.start_draft": Form("creator", {"slug": "call"}, "entries.start", {"category": "category"}),
    **_all("creator", "entries.save_info entries.save_ai", number=DRAFT),
    **_all("creator", "entries.save_credits entries.save_rights", bare=True, number=DRAFT),
    **_all("creator", "entries.preview_ai", bare=True, number=DRAFT),
    "entries.change_films": Form("creator", {"number": DRAFT}, "entries.omnibus_films"),
    **_all("creator", "entries.send_film entries.send_picture entries.watched entries.submit", number=DRAFT),
    **_all("creator", "entries.send_extra entries.mark_credits entries.send_clip", number=DRAFT),
    **_all("creator", "entries.name_tool", bare=True, number=DRAFT, code="clip"),
    "entries.answer_finding": Form(
        "creator",
        {"number": DRAFT, "code": "finding"},
        "entries.clips",
        {"choice": "explained", "answer": "초안"},
    ),
    "entries.settle_finding": Form(
        "organizer",
        {"number": RECUT, "code": "finding_in"},
        "entries.desk_provenance",
        {"note": "봄", "settle": "1"},
        bare=True,
    ),
    **_all("creator2", "entries.send_cut entries.ask_replacement", number=RECUT),
    **_all("creator2", "entries.withdraw_replacement", bare=True, number=RECUT),
    **_all("creator2", "entries.amend", number=RECUT),
    **_all("creator2", "entries.settle_own_amendment", bare=True, number=RECUT),
    **_all("creator", "viewings.note", bare=True, token="nothing"),
    **_all("creator", "entries.ask_consent entries.bring_paper", number=DRAFT),
    "entries.accept_pack": Form("creator", {"number": LENT}, "entries.pack", {"version": "1", "accepted": "1"}),
    **_all("organizer", "entries.match_paper entries.refuse_paper", code="paper"),
    **_all("organizer", "entries.hold_film", number="received"),
    **_all("organizer", "entries.confirm_guardian", bare=True, consent_id="guardian"),
    **_all("organizer", "entries.save_pack entries.write_licence", category_id="lent_category"),
    **_all("organizer", "entries.change_pack_files entries.end_licence", category_id="lent_category"),
    **_all("organizer", "entries.publish_pack", bare=True, category_id="lent_category"),
    **_all("creator", "entries.dismiss entries.reopen", bare=True, number=DRAFT),
    **_all("creator", "entries.cancel_upload entries.withdraw", bare=True, number=DRAFT),
    **_all("creator", "entries.change_picture", bare=True, number=DRAFT, code="picture"),
    "entries.invite": Form(
        "creator", {"number": DRAFT}, "entries.team", {"name": "오하나", "email": "hana@pan.example"}
    ),
    **_all("creator2", "entries.accept", bare=True, public=True, token=token("team")),
    **_all("", "entries.verify", public=True, number="receipt"),
    **_all("mentor", "entries.approve", bare=True, number=IN_REVIEW),
    **_all("mentor", "entries.send_back", number=IN_REVIEW),
    **_all("organizer", "entries.propose entries.ask_for_fixes", number="received"),
    **_all("organizer", "entries.confirm", bare=True, number="received"),
    **_all("organizer", "entries.settle_cut", number=RECUT, code="cut"),
    **_all("organizer", "entries.waive", number="received"),
    **_all("organizer", "entries.settle_amendment", bare=True, number="received"),
    **_all("organizer", "entries.override_film", code="cut_file"),
    **_all("organizer", "entries.dismiss_likeness", bare=True, number=RECUT, likeness_id="1"),
    **_all("", "disclosures.sign_consent disclosures.withdraw_consent", public=True, token=token("consent")),
    **_all("", "disclosures.refuse_consent", bare=True, public=True, token=token("consent")),
    **_all("creator", "uploads.create"),
    **_all("creator", "uploads.append uploads.terminate", code="nothing"),
    # the jury
    "jury.note": Form("juror", {"code": "assignment"}, "jury.film", {"memo": "빛이 좋다", "at": "3"}),
    **_all("juror", "jury.recuse jury.score jury.abstain jury.report_fault", code="assignment"),
    **_all("juror", "jury.reopen", bare=True, code="assignment"),
    "progress.nudge": Form("chair", {"code": "round"}, "progress.ask_nudge", bare=True),
    **_all("chair", "progress.extend", bare=True, code="round", label="seat"),
    **_all("chair", "progress.void", code="round", label="seat"),
    **_all("chair", "progress.answer", code="round", fault="fault"),
    **_all("juror", "jury.remove_note jury.watched", bare=True, code="assignment"),
    "setup.edit": Form("chair", {"code": "round_new"}, "setup.show", {**_NAMES, **_ROUND}),
    "setup.add_panel": Form("chair", {"code": "round_new"}, "setup.show", {**_NAMES, **_PANEL}),
    **_all("chair", "setup.change_panels setup.use_preset setup.copy", code="round_new"),
    "criteria.add_criterion": Form(
        "chair", {"code": "round_new", "panel_id": "panel_new"}, "criteria.panel", {**_NAMES, **_CRITERION}
    ),
    "criteria.edit_criterion": Form(
        "chair",
        {"code": "round_new", "panel_id": "panel_new", "criterion_id": "criterion_new"},
        "criteria.criterion",
        {**_NAMES, **_CRITERION},
    ),
    **_all("chair", "criteria.change_criteria", code="round_new", panel_id="panel_new"),
    "listing.add": Form("chair", {"code": "round_new"}, "listing.show", {"number": "selected"}),
    **_all("chair", "listing.take listing.reach", code="round_new"),
    **_all("chair", "listing.change", bare=True, code="round_new"),
    "planner.ask": Form(
        "chair", {"code": "round_new"}, "planner.show", {"hours": "120", "jurors": "12", "basis": "nips"}
    ),
    "planner.use": Form("chair", {"code": "round_new"}, "planner.show", {"plan": "0"}),
    **_all("chair", "planner.follow", code="round_new"),
    "rounds.create": Form("chair", {}, "rounds.index", {**_NAMES, "call_id": "1", "due_on": "2030-02-01"}),
    **_all("chair", "assignment.ask assignment.mend assignment.drop", bare=True, code="round"),
    **_all("chair", "assignment.publish assignment.relax assignment.choose", code="round"),
    **_all("chair", "assignment.change_film", code="round", number="judged"),
    **_all("chair", "assignment.replay", bare=True, code="round", run="run"),
    **_all("chair", "assignment.end_seat", code="round", label="seat"),
    **_all("juror", "answers.accept", bare=True, code="round"),
    **_all("juror", "answers.decline", code="assignment"),
    **_all("juror", "answers.step_down", code="round"),
    **_all("chair", "rounds.move rounds.seat", code="round"),
    **_all("chair", "tiebreak.open_vote tiebreak.move", code="round"),
    "tiebreak.order": Form("juror", {"code": "ballot"}, "tiebreak.ballot", {"final": "1"}, bare=True),
    "conflicts.add": Form(
        "chair",
        {"code": "round"},
        "conflicts.index",
        {"juror_id": "own_seat", "number": "selected", "from": "entrant", "scope": "film", "reason": "옛 동료"},
    ),
    "conflicts.confirm": Form("chair", {"code": "round"}, "conflicts.index", {"conflict": "conflict"}),
    **_all("chair", "conflicts.settle", code="round", conflict_id="conflict"),
    **_all("chair", "conflicts.look conflicts.ask", bare=True, code="round"),
    "declarations.tell": Form(
        "juror", {"code": "round"}, "declarations.show", {"film": "film_mark", "scope": "film", "reason": "동생 영화"}
    ),
    **_all("juror", "declarations.nothing_more", bare=True, code="round"),
    "acquaintances.add": Form(
        "creator",
        {"number": DRAFT},
        "acquaintances.show",
        {"name": "박지인", "email": "jiin@pan.example", "reason": "옛 동료"},
    ),
    **_all("creator", "acquaintances.remove", bare=True, number=DRAFT),
    **_all("chair", "results.work_out discussions.add_band", bare=True, code="round"),
    "discussions.add": Form("chair", {"code": "round"}, "discussions.index", {"number": "judged"}),
    **_all("chair", "discussions.say discussions.close", code="discussion"),
    **_all("chair", "discussions.reopen", bare=True, code="discussion"),
    **_all("chair", "decisions.decide decisions.select_top decisions.order decisions.promote", code="round"),
    **_all("chair", "decisions.decide_rest release.announce release.embargo", bare=True, code="round"),
    "film_invitation.answer": Form("creator2", {"number": "invited"}, "film_invitation.show", {"answer": "confirm"}),
    **_all("organizer", "invitations.more_time invitations.confirmed invitations.ask", code="round_invited"),
    "release.answer_by": Form("chair", {"code": "round"}, "release.review", {"answer_by": "2027-03-01"}),
    **_all("chair", "release.show_list release.out_of_reach quotas.remove", code="round"),
    **_all("chair", "minutes.save", code="round"),
    "awards.add": Form("chair", {}, "awards.index", {**_NAMES, "category_id": "0", "position": "99"}),
    **_all("chair", "awards.edit awards.give", award_id="award"),
    **_all("chair", "awards.make_final awards.revoke", code="award_grant"),
    **_all("chair", "awards.announce", bare=True, code="award_grant"),
    **_all("organizer", "awards.answer", code="objection"),
    **_all("creator5", "awards.object_to", code="award_grant"),
    "quotas.save": Form("chair", {"code": "round"}, "quotas.show", {"what": "minutes:", "at_most": "200"}),
    # the desk
    "calls.create": Form("organizer", {}, "calls.index", _CALL),
    "calls.add_category": Form("organizer", {"slug": "call"}, "calls.new_category", _CATEGORY),
    "calls.publish_regulations": Form(
        "organizer", {"slug": "call"}, "calls.show", {"text_ko": "새 규정", "text_en": "New rules"}
    ),
    "calls.invite": Form(
        "organizer",
        {},
        "calls.team",
        {"email": "new@pan.example", "name": "새 사람", "language": "ko", "role": "programmer"},
    ),
    **_all("organizer", "calls.edit", slug="call"),
    **_all("organizer", "calls.publish", bare=True, slug="call"),
    **_all("organizer", "calls.edit_category", category_id="category"),
    **_all("organizer", "rules.write", bare=True, category_id="category"),
    **_all("organizer", "calls.end_role calls.invite_again calls.forget_device"),
    **_all("organizer", "mail.cancel mail.release", bare=True, mail_id="mail"),
    **_all("organizer", "reminders.cancel reminders.plan_again", bare=True, reminder_id="reminder"),
    **_all("organizer", "mail.save_wording mail.preview_wording", bare=True, kind="needs_fix"),
    **_all("organizer", "mail.typed_html", bare=True, kind="needs_fix", language="ko"),
    **_all("organizer", "mail.start_wording mail.discard_wording", bare=True, kind="needs_fix"),
    **_all("organizer", "mail.lift", bare=True, code="suppression"),
    **_all("", "bounces.report", bare=True, public=True, token="bounces"),
    **_all("organizer", "mail.send_test", bare=True, mail_id="mail"),
    **_all("organizer", "mail.cancel_batch mail.confirm_batch", bare=True, batch="scheduled_batch"),
    **_all("organizer", "mail.take_back_batch", bare=True, batch="scheduled_batch"),
    "mail.release_batch": Form("organizer", {"batch": "held_batch"}, "mail.batch", {"when": "now"}),
    "broadcasts.create": Form("organizer", {}, "broadcasts.new", _LETTER),
    "broadcasts.edit": Form("organizer", {"code": "broadcast"}, "broadcasts.show", _LETTER),
    "broadcasts.prepare": Form("organizer", {"code": "broadcast"}, "broadcasts.show", {**_LETTER, "rev": "1"}),
    "broadcasts.send_tests": Form("organizer", {"code": "broadcast"}, "broadcasts.show", {**_LETTER, "rev": "1"}),
    **_all("organizer", "broadcasts.discard", bare=True, code="broadcast"),
    **_all("organizer", "broadcasts.reopen", bare=True, code="prepared"),
    "entries.vote": Form("student", {"number": PEER}, page="entries.class_film", bare=True),
    "entries.write_note": Form("student", {"number": PEER}, page="entries.class_film", written={"text": "좋아요."}),
    **_all("student", "entries.delete_note", bare=True, number=PEER, note="peer_note"),
    **_all("mentor", "entries.hide_note", bare=True, number=PEER, note="peer_note"),
    "entries.add_prompt": Form("student", {"number": CLASS}, "entries.prompt_log", {"prompt": "비 오는 옥상"}),
    "entries.import_prompts": Form("student", {"number": CLASS}, "entries.prompt_log", {"lines": "하나\n\n둘"}),
    "entries.change_prompt": Form(
        "student", {"number": CLASS, "code": "prompt"}, "entries.edit_prompt", {"prompt": "다른 말"}
    ),
    **_all("student", "entries.remove_prompt", bare=True, number=CLASS, code="prompt"),
    "entries.promote": Form("student", {"number": ONWARD}, page="entries.promotion_choice"),
    **_all("organizer", "school.make_cohort"),
    **_all("organizer", "school.enrol school.invite_mentor school.preview", code="cohort"),
    **_all("organizer", "school.add_student school.save_settings school.make_team school.complete", code="young"),
    **_all("organizer", "school.welcome_again school.spread_mentors", bare=True, code="young"),
    **_all("organizer", "school.assign_mentors school.ask_guardians school.remind_guardians", bare=True, code="young"),
    **_all("organizer", "school.save_student school.ask_guardian", code="young", person_id="young_student"),
    **_all("organizer", "school.note_paper", code="young", person_id="young_student"),
    **_all("organizer", "school.move_student", bare=True, code="young", person_id="young_student"),
    **_all("organizer", "school.welcome_student", bare=True, code="young", person_id="young_student"),
    **_all("organizer", "school.take_out school.revoke_consent", bare=True, code="young", person_id="young_student"),
    **_all("organizer", "school.void_certificate", bare=True, code="young", person_id="young_signed"),
    **_all("mentor2", "school.save_team", code="young_team"),
    "school.guardian_sign": Form("", {"token": "young_guardian"}, public=True),
    **_all("", "school.guardian_refuse", bare=True, public=True, token="young_guardian"),
    **_all("", "school.guardian_revoke", bare=True, public=True, token="young_guardian_signed"),
    # programme and audience
    "programme.add_venue": Form("programmer", {}, "programme.venues", _NAMES),
    "programme.create_package": Form(
        "programmer",
        {},
        "programme.packages",
        {"title_ko": "묶음", "title_en": "Package", "gel": "ai", "least_rating": "0"},
    ),
    **_all("programmer", "programme.add_hall programme.edit_hall programme.edit_venue"),
    **_all("programmer", "programme.publish programme.lift_embargo", bare=True),
    **_all("", "programme.star", bare=True, public=True, code="screening"),
    **_all("programmer", "programme.edit_package", code="package"),
    **_all("programmer", "programme.change_films", bare=True, code="package"),
    **_all("programmer", "programme.add_insert", code="package"),
    **_all("programmer", "programme.edit_insert", code="package", insert_id="insert"),
    **_all("programmer", "programme.ask_materials", bare=True),
    **_all("programmer", "programme.set_due"),
    **_all("programmer", "programme.rate_film", bare=True, number="programmed"),
    **_all("programmer", "programme.lock_film", number="programmed"),
    **_all("programmer", "programme.settle_material", code="thing"),
    **_all("programmer", "programme.sign_off", code="screening"),
    **_all("creator", "programme.hand_in programme.send_material", code="own_thing"),
    **_all("programmer", "programme.change_screening programme.invite programme.plan_talk", code="screening"),
    **_all("programmer", "programme.remove_talk programme.remind", bare=True, code="screening"),
    **_all("moderator", "programme.step_talk programme.mark_guest", code="screening"),
    "programme.make_slots": Form("programmer", {"code": "screening"}, "programme.talk", {"count": "1", "minutes": "3"}),
    **_all("programmer", "programme.change_slot", code="screening", slot="part"),
    **_all("programmer", "programme.move programme.place programme.mend", day="day"),
    **_all("programmer", "programme.want_placing", bare=True),
    **_all("programmer", "programme.settle_placing", bare=True, code="placing"),
    "programme.note_engagement": Form(
        "programmer",
        {},
        "programme.engagements",
        {
            "name": "김심사",
            "email": "kim@pan.example",
            "role": "juror",
            "what": "심사 회의",
            "day": "2027-02-19",
            "start": "10:00",
            "end": "12:00",
        },
    ),
    **_all("programmer", "programme.remove_engagement", bare=True, code="engagement"),
    **_all("", "programme.answer", public=True, token="guest"),
    **_all("", "programme.take_slot", bare=True, public=True, token="speaker"),
    **_all("", "programme.leave_statement", bare=True, public=True, token="absent"),
    "audience.book": Form(
        "",
        {"code": "screening"},
        "audience.screening",
        {"name": "임관객", "email": "lim@seats.example", "party": "2", "consent": "1"},
        public=True,
    ),
    **_all("", "audience.cancel audience.confirm", bare=True, public=True, token="ticket"),
    **_all("", "audience.accept audience.decline", bare=True, public=True, token="offer"),
    **_all("moderator", "audience.let_in audience.undo", bare=True, token="ticket"),
    **_all("moderator", "audience.tell_scans audience.sell_at_door audience.exchange_seats", code="screening"),
    **_all("moderator", "audience.evening", code="screening"),
    **_all("", "audience.keep_seats", bare=True, public=True, token="ticket"),
    **_all("", "audience.go_to_another", public=True, token="seat_lost"),
    "audience.add_group": Form("organizer", {}, "audience.groups", {**_NAMES, "proof": "link"}),
    **_all("organizer", "audience.change_group audience.fill_roster", code="seat_group"),
    "audience.add_quota": Form(
        "organizer", {"code": "screening"}, "audience.quotas", {"label": "기자석", "seats": "1"}
    ),
    **_all("organizer", "audience.set_terms audience.add_guests", code="screening"),
    **_all("organizer", "audience.turn", bare=True, code="screening"),
    **_all("organizer", "audience.change_quota", code="seat_quota"),
    # the hall
    "live.ask": Form("", {"code": "hall"}, "live.floor", {"text": "왜 고래가 우나요?"}, public=True),
    **_all("", "live.vote", public=True, code="hall", question="hall_question"),
    "live.move": Form(
        "moderator",
        {"code": "hall", "question": "hall_question"},
        "live.moderate",
        {"move": "line_up"},
    ),
    **_all("moderator", "live.undo live.choose_rule live.talk_step", code="hall"),
    "live.write_answer": Form("", {"token": "writer"}, "live.written", {"answer_ko": "바람이 불어서요."}, public=True),
    **_all("", "live.cast", public=True, token="voter"),
    **_all("moderator", "live.ballot_move", code="voting"),
    **_all("organizer", "live.announce", bare=True, code="reported"),
}
