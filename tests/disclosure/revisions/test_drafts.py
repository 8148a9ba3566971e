"""The working copy of an amendment: one film of an omnibus is written anew, the others and their consents stay."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from portal.disclosure import films, omnibus, service
from portal.disclosure.answers import PersonShown, stamp
from portal.disclosure.codes import ConsentStatus, Degree, PerformerKind, Scope
from portal.disclosure.models import Disclosure
from portal.disclosure.problems import Facts
from portal.disclosure.revisions import amendments, drafts
from portal.disclosure.rows import answers_of
from portal.errors import Invalid, Stale
from portal.lifecycles import AmendmentState, advance
from tests.disclosure.declared import ACTRESS, SOUND, Desk, declare, desk

SECOND = films.Head("SECONDFILM", "둘째")
INVENTED = PersonShown("NVENTED234", PerformerKind.SYN)


@pytest.fixture
def mine(session: Session) -> Desk:
    """An omnibus of two, handed in, whose first film has a replica who agreed."""
    made = desk(session)
    disclosure = declare(session, made, performers=(ACTRESS,), realistic=False)
    omnibus.add_film(session, disclosure, SECOND, by=made.by)
    seen = stamp(answers_of(disclosure, SECOND.code))
    service.save_draft(session, disclosure, SOUND, rev=seen, by=made.by, film=SECOND.code)
    disclosure.performers[0].consent_status = ConsentStatus.VERIFIED
    service.freeze(session, disclosure, by=made.by, reason="SUBMITTED")
    amendments.start(session, disclosure, "TOOL_ADDED", "", by=made.by)
    session.commit()
    return made


def found(session: Session, mine: Desk) -> Disclosure:
    return service.of_entry(session, mine.entry.id)


def write(session: Session, mine: Desk, film: str, **changed: object) -> None:
    """Write some answers of one film, or of the whole, into the amendment."""
    disclosure = found(session, mine)
    shown = answers_of(drafts.working(disclosure), film)
    service.save_draft(session, disclosure, replace(shown, **changed), rev=stamp(shown), by=mine.by, film=film)


def test_one_film_is_written_anew_and_the_other_keeps_its_people(session: Session, mine: Desk) -> None:
    degrees = SOUND.degrees | {Scope.MUS: Degree.G}
    write(session, mine, SECOND.code, degrees=degrees, performers=(INVENTED,))
    write(session, mine, "", attested=True)
    stored = found(session, mine)
    assert [row.name for row in stored.performers] == [ACTRESS.name]
    assert answers_of(drafts.working(stored), SECOND.code).performers == (INVENTED,)
    made = amendments.hand_in(session, stored, Facts(), less_counts=False, by=mine.by)
    assert made is not None
    assert made.revision == 2
    people = {row.kind: (row.film, row.consent_status) for row in found(session, mine).performers}
    first = films.heads(stored.ledger)[0].code
    assert people == {
        PerformerKind.REP_EMP: (first, ConsentStatus.VERIFIED),
        PerformerKind.SYN: (SECOND.code, ConsentStatus.NOT_REQ),
    }


def test_two_tabs_that_write_the_same_section_clash(session: Session, mine: Desk) -> None:
    disclosure = found(session, mine)
    shown = answers_of(drafts.working(disclosure))
    seen = stamp(shown)
    service.save_draft(session, disclosure, replace(shown, audience_disclosure="끝에"), rev=seen, by=mine.by)
    with pytest.raises(Stale) as clash:
        service.save_draft(session, disclosure, replace(shown, audience_disclosure="앞에"), rev=seen, by=mine.by)
    assert list(clash.value.theirs) == ["audience_disclosure"]


def test_what_waits_is_not_written_on(session: Session, mine: Desk) -> None:
    stored = found(session, mine)
    assert stored.amendment is not None
    advance(session, stored.amendment, AmendmentState.PROPOSED, by=mine.by)
    with pytest.raises(Invalid):
        write(session, mine, "", audience_disclosure="끝에")
    amendments.take_back(session, stored, by=mine.by)
    write(session, mine, "", audience_disclosure="끝에")
    amendments.drop(session, stored, by=mine.by)
    assert found(session, mine).amendment is None
    assert answers_of(found(session, mine)).audience_disclosure == ""
