"""Keeping answers, merging two people's, freezing them into a chain."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.audit import AuditRecord
from portal.db import unit_of_work
from portal.disclosure import queries, service
from portal.disclosure.answers import SECTIONS, Answers, HumanPart, SharePicked, ToolUse, merge, stamp
from portal.disclosure.canonical import GENESIS, Revision, first_break
from portal.disclosure.codes import ConsentStatus, Degree, Likeness, PerformerKind, Scope, ShareMethod, SourceKind
from portal.disclosure.ledger import Source
from portal.disclosure.models import Disclosure, DisclosureRevision, Performer
from portal.disclosure.problems import Facts
from portal.disclosure.rows import answers_of, ledger_shown
from portal.errors import Stale
from portal.lifecycles import DisclosureState
from tests.disclosure.declared import ACTRESS, SOUND, STATEMENT, at_once, declare, desk, save, stored

Sessions = sessionmaker[Session]


def test_answers_come_back_as_they_were_given(session: Session) -> None:
    mine = desk(session)
    given = replace(SOUND, performers=(ACTRESS,), audience_disclosure="크레디트에 적어요", realistic=True)
    save(session, mine, given)
    session.commit()
    assert answers_of(stored(session, mine)) == given


def test_an_empty_form_can_be_kept(session: Session) -> None:
    mine = desk(session)
    save(session, mine, Answers())
    session.commit()
    found = stored(session, mine)
    assert answers_of(found) == Answers()
    assert found.tier is None


def test_what_lists_show_follows_the_answers(session: Session) -> None:
    found = declare(session, desk(session), performers=(ACTRESS,))
    assert (found.tier, found.generated_bp, found.altered_bp) == (2, 3571, 714)
    assert found.phases == {"script": 0, "picture": 3, "voice": 0, "music": 0, "editing": 0}
    assert found.badges == []


def test_a_grid_with_gaps_has_no_tier(session: Session) -> None:
    assert declare(session, desk(session), degrees={Scope.VID: Degree.G}).tier is None


def test_saving_notes_who_changed_what(session: Session) -> None:
    mine = desk(session)
    declare(session, mine)
    noted = session.scalars(sa.select(AuditRecord).where(AuditRecord.verb == "disclosure.edited")).one()
    assert noted.actor_id == mine.owner.id
    assert "degrees" in noted.detail["sections"]
    assert STATEMENT not in str(noted.detail)


def test_saving_the_same_twice_changes_nothing(session: Session) -> None:
    mine = desk(session)
    before = declare(session, mine).rev
    assert declare(session, mine).rev == before


def test_two_tabs_that_touch_different_sections_both_win(session: Session) -> None:
    mine = desk(session)
    seen = stamp(answers_of(declare(session, mine)))
    save(session, mine, replace(SOUND, picture_s=900), rev=seen)
    save(session, mine, replace(SOUND, tools=(ToolUse("Runway"),)), rev=seen)
    session.commit()
    answers = answers_of(stored(session, mine))
    assert (answers.picture_s, answers.tools) == (900, (ToolUse("Runway"),))


def test_two_tabs_that_touch_the_same_section_clash(session: Session) -> None:
    mine = desk(session)
    seen = stamp(answers_of(declare(session, mine)))
    save(session, mine, replace(SOUND, picture_s=900), rev=seen)
    session.commit()
    with pytest.raises(Stale) as stale:
        save(session, mine, replace(SOUND, picture_s=700), rev=seen)
    session.rollback()
    assert stale.value.theirs == {"picture_s": 900}
    assert answers_of(stored(session, mine)).picture_s == 900


def test_two_tabs_at_the_same_moment(session: Session, sessions: Sessions) -> None:
    mine = desk(session)
    seen = stamp(answers_of(declare(session, mine)))
    session.commit()

    def tab(seconds: int) -> None:
        with unit_of_work(sessions) as own:
            save(own, mine, replace(SOUND, picture_s=seconds), rev=seen)

    results = at_once(lambda: tab(600), lambda: tab(700))
    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Stale"]
    assert answers_of(stored(session, mine)).picture_s in (600, 700)


def test_the_first_save_of_two_tabs_makes_one_disclosure(session: Session, sessions: Sessions) -> None:
    mine = desk(session)
    session.commit()

    def tab() -> int:
        with unit_of_work(sessions) as own:
            return service.of_entry(own, mine.entry.id).id

    first, second = at_once(tab, tab)
    assert first == second
    assert session.scalar(sa.select(sa.func.count()).select_from(Disclosure)) == 1


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_is_merged_for_itself(section: str) -> None:
    other = replace(
        SOUND,
        base=(),
        degrees={},
        picture_s=1,
        share=SharePicked(ShareMethod.SLIDER, 5, 5),
        tools=(),
        performers=(ACTRESS,),
        sources=(Source(SourceKind.BOOK),),
        authorship=(HumanPart(Scope.VID),),
        realistic=True,
        audience_disclosure="x",
        human_statement="y",
        attested=False,
    )
    mine = replace(SOUND, **{section: getattr(other, section)})
    merged = merge(mine, SOUND, stamp(SOUND))
    assert (merged.changed, merged.clashes) == ((section,), ())
    assert merged.answers == mine
    assert merge(SOUND, mine, stamp(SOUND)).changed == ()


def test_a_row_saved_again_is_one_performer(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    before = stored(session, mine).performers[0].id
    found = declare(session, mine, performers=(replace(ACTRESS, part="주인공"),))
    assert [(row.id, row.part) for row in found.performers] == [(before, "주인공")]


def test_a_performer_taken_out_is_gone_and_noted(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    assert declare(session, mine, performers=()).performers == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Performer)) == 0
    verbs = session.scalars(sa.select(AuditRecord.verb)).all()
    assert "disclosure.performer_removed" in verbs


def test_somebody_else_has_to_agree_anew(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    stored(session, mine).performers[0].consent_status = ConsentStatus.DOC
    session.commit()
    same = declare(session, mine, performers=(replace(ACTRESS, part="주인공", synth_s=10),))
    assert same.performers[0].consent_status is ConsentStatus.DOC
    more = declare(session, mine, performers=(replace(ACTRESS, likeness=tuple(Likeness)),))
    assert more.performers[0].consent_status is ConsentStatus.PENDING


def test_nobody_real_needs_no_consent(session: Session) -> None:
    synthetic = replace(ACTRESS, kind=PerformerKind.SYN, name="", likeness=())
    found = declare(session, desk(session), performers=(synthetic,))
    assert found.performers[0].consent_status is ConsentStatus.NOT_REQ
    assert found.badges == ["SYN_PERFORMER"]


def test_the_preview_is_the_label_that_is_stored(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine, performers=(ACTRESS,))
    given = replace(SOUND, performers=(ACTRESS,))
    shown = ledger_shown(given, found)
    assert shown.parts[0].degrees == queries.ledger_of(session, found).parts[0].degrees
    assert shown.performers[0].consent is ConsentStatus.PENDING


def test_signing_belongs_to_a_film(session: Session) -> None:
    mine = desk(session)
    save(session, mine, SOUND, film="a" * 64)
    session.commit()
    found = stored(session, mine)
    codes = {problem.code for problem in service.problems(session, found, Facts(master_sha256="b" * 64))}
    assert "V20" in codes
    save(session, mine, SOUND, film="b" * 64)
    codes = {problem.code for problem in service.problems(session, found, Facts(master_sha256="b" * 64))}
    assert "V20" not in codes


def test_unsigning_forgets_the_film(session: Session) -> None:
    mine = desk(session)
    save(session, mine, SOUND, film="a" * 64)
    save(session, mine, replace(SOUND, attested=False))
    session.commit()
    found = stored(session, mine)
    assert (found.attested_at, found.film_sha256) == (None, None)


def test_sound_answers_have_no_problem(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine)
    assert service.problems(session, found, Facts()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"degrees": {Scope.VID: Degree.G}}, "F01"),
        ({"human_statement": "짧아요"}, "F02"),
        ({"attested": False}, "F03"),
        ({"performers": (ACTRESS,)}, "F04"),
        ({"tools": ()}, "V02"),
        ({"base": ()}, "V04"),
    ],
)
def test_what_is_missing_blocks(session: Session, changes: dict[str, object], code: str) -> None:
    found = declare(session, desk(session), **changes)
    assert code in {problem.code for problem in service.problems(session, found, Facts()) if problem.blocking}


def _chain(session: Session) -> list[Revision]:
    rows = session.scalars(sa.select(DisclosureRevision).order_by(DisclosureRevision.revision))
    return [Revision(row.body.encode(), row.digest, row.previous) for row in rows]


def test_freezing_chains_revisions(session: Session) -> None:
    mine = desk(session)
    first = service.freeze(session, declare(session, mine), by=mine.by, reason="SUBMITTED", title="Film")
    second = service.freeze(session, declare(session, mine, picture_s=800), by=mine.by, reason="SHARE_CHANGED")
    session.commit()
    assert (first.revision, first.previous) == (1, GENESIS)
    assert (second.revision, second.previous) == (2, first.digest)
    assert first_break(_chain(session)) is None
    assert json.loads(first.body)["ledger"]["title"] == "Film"
    assert stored(session, mine).state is DisclosureState.SUBMITTED


def test_one_changed_byte_breaks_the_chain(session: Session) -> None:
    mine = desk(session)
    service.freeze(session, declare(session, mine), by=mine.by, reason="SUBMITTED")
    service.freeze(session, declare(session, mine, picture_s=800), by=mine.by, reason="SHARE_CHANGED")
    session.commit()
    session.execute(
        sa.update(DisclosureRevision)
        .where(DisclosureRevision.revision == 1)
        .values(body=sa.func.replace(DisclosureRevision.body, "840", "841"))
    )
    assert first_break(_chain(session)) == 0


def test_freezing_the_same_twice_is_one_revision(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine)
    first = service.freeze(session, found, by=mine.by, reason="SUBMITTED")
    assert service.freeze(session, found, by=mine.by, reason="SUBMITTED").id == first.id


def test_freezing_at_the_same_moment_is_one_revision(session: Session, sessions: Sessions) -> None:
    mine = desk(session)
    declare(session, mine)
    session.commit()

    def hand_in() -> int:
        with unit_of_work(sessions) as own:
            return service.freeze(own, service.of_entry(own, mine.entry.id), by=mine.by, reason="SUBMITTED").revision

    assert at_once(hand_in, hand_in) == [1, 1]
    assert len(_chain(session)) == 1


def test_the_way_through_corrections(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine)
    service.freeze(session, found, by=mine.by, reason="SUBMITTED")
    service.query(session, found, by=mine.by, reason="길이가 달라요")
    assert found.state is DisclosureState.QUERIED
    service.freeze(session, declare(session, mine, picture_s=800), by=mine.by, reason="ORGANIZER_REQUEST")
    assert found.state is DisclosureState.CORRECTED
    service.stale(session, found, by=mine.by)
    assert found.state is DisclosureState.STALE
    service.freeze(session, found, by=mine.by, reason="NEW_CUT")
    assert found.state is DisclosureState.CORRECTED


def test_an_entry_taken_back_opens_its_disclosure(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine)
    service.reopen(session, found, by=mine.by)
    assert found.state is DisclosureState.DRAFT
    service.freeze(session, found, by=mine.by, reason="SUBMITTED")
    service.reopen(session, found, by=mine.by)
    assert found.state is DisclosureState.DRAFT
