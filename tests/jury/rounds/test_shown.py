"""Of a film a juror sees what the round does not hide, and of others' scores what its rule allows, never more."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from portal.disclosure.models import Disclosure
from portal.entries.models import Credit, CreditRole, Entry
from portal.jury import queries
from portal.jury.assigning.models import Assignment
from portal.jury.models import Hidden, Round, Visibility
from portal.jury.rounds import shown
from portal.jury.scoring import service as scoring
from portal.jury.scoring.models import ScoreSheet
from portal.lifecycles import AssignmentState, SheetState
from portal.school.models import Cohort
from tests.jury.conftest import Jury

SAYS = {
    Hidden.PEOPLE: "Kim Hidden",
    Hidden.SCHOOL: "The hidden class",
    Hidden.COUNTRY: "Iceland",
    Hidden.STATEMENT: "Why I made this.",
    Hidden.LABEL: "Use of AI:",
}
COLUMNS = {
    Hidden.PEOPLE: "credits.",
    Hidden.SCHOOL: "cohorts.name",
    Hidden.COUNTRY: "entries.country",
    Hidden.STATEMENT: "entries.statement",
    Hidden.LABEL: "disclosures.",
}


@pytest.fixture
def film(published: Jury, session: Session) -> Assignment:
    """The first film of the English juror, with something to hide in every field."""
    found = session.scalars(
        sa.select(Assignment).where(Assignment.juror_id == published.jurors[5].id).order_by(Assignment.position)
    ).first()
    assert found is not None
    day = published.round.due_at.date()
    names = {"name_ko": "숨은 반", "name_en": SAYS[Hidden.SCHOOL]}
    cohort = Cohort(edition_id=published.edition.id, call_id=published.call.id, starts_on=day, ends_on=day, **names)
    session.add(cohort)
    session.flush()
    told = {"country": "IS", "statement": SAYS[Hidden.STATEMENT], "cohort_id": cohort.id}
    session.execute(sa.update(Entry).where(Entry.id == found.entry_id).values(**told))
    credit = {"native_name": "김숨", "latin_name": SAYS[Hidden.PEOPLE], "role": CreditRole.DIRECTOR}
    session.add(Credit(entry_id=found.entry_id, position=0, **credit))
    session.add(Disclosure(entry_id=found.entry_id, tier=2, phases={"picture": 2}))
    session.commit()
    return found


def hide(session: Session, round_: Round, hidden: list[Hidden], visibility: Visibility = Visibility.NEVER) -> None:
    values = {"hidden": [str(one) for one in hidden], "visibility": visibility}
    session.execute(sa.update(Round).where(Round.id == round_.id).values(**values))
    session.commit()


@contextmanager
def asked(session: Session) -> Iterator[list[str]]:
    """Every statement of the database while it lasts."""
    said: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        said.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def test_each_field_is_shown_unless_it_is_hidden_and_then_not_even_asked_for(
    film: Assignment, published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in(published.people[5].id)
    for kept in (None, *Hidden):
        hide(session, published.round, [kept] if kept else [])
        with asked(session) as said:
            assert browser.get("/en/jury").status_code == 200
            page = browser.get(f"/en/jury/{film.code}").text
        assert {one for one in Hidden if SAYS[one] in page} == set(Hidden) - {kept}
        assert {one for one in Hidden if any(COLUMNS[one] in text for text in said)} == set(Hidden) - {kept}


def test_a_list_that_hides_the_label_has_no_column_for_it(
    film: Assignment, published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    browser = sign_in(published.people[5].id)
    assert "AI use" in browser.get("/en/jury").text
    hide(session, published.round, [Hidden.LABEL])
    page = browser.get("/en/jury").text
    assert "AI use" not in page
    assert "not declared" not in page


# ── what others gave ───────────────────────────────────────────────────


def hand_in(session: Session, jury: Jury, assignment: Assignment, value: int, comment: str) -> None:
    found = queries.assignment_to_score(session, assignment.code)
    assert found is not None
    criteria = queries.weights(session, found)
    person = next(person for person, juror in zip(jury.people, jury.jurors, strict=True) if juror.id == found.juror_id)
    scores = dict.fromkeys((one.id for one in criteria), value)
    scoring.submit(session, found, criteria, scores=scores, comment=comment, by=jury.actor(person))
    session.commit()


def peers(session: Session, film: Assignment) -> list[Assignment]:
    """The other assignments of the film."""
    others = sa.select(Assignment).where(Assignment.entry_id == film.entry_id, Assignment.id != film.id)
    return list(session.scalars(others.order_by(Assignment.id)))


def seen(session: Session, film: Assignment) -> list[shown.Other] | None:
    session.commit()
    with Session(session.get_bind()) as fresh:
        found = queries.assignment_by_code(fresh, film.code)
        assert found is not None
        return shown.others(fresh, found)


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        (Visibility.NEVER, None, None),
        (Visibility.AFTER_OWN, None, [9.0, 4.0]),
        (Visibility.ALWAYS, [9.0, 4.0], [9.0, 4.0]),
    ],
)
def test_others_scores_follow_the_rule(
    rule: Visibility,
    before: list[float] | None,
    after: list[float] | None,
    film: Assignment,
    published: Jury,
    session: Session,
) -> None:
    hide(session, published.round, [Hidden.PEOPLE], rule)
    first, second = peers(session, film)
    hand_in(session, published, first, 4, "Slow.")
    hand_in(session, published, second, 9, "Bright.")
    for expected, act in ((before, lambda: hand_in(session, published, film, 6, "")), (after, lambda: None)):
        found = seen(session, film)
        assert (found and [one.total for one in found]) == expected
        assert not found or {one.label for one in found} == {""}
        act()


def test_labels_stand_only_where_people_are_not_hidden(film: Assignment, published: Jury, session: Session) -> None:
    hide(session, published.round, [], Visibility.ALWAYS)
    hand_in(session, published, peers(session, film)[0], 4, "Slow.")
    found = seen(session, film)
    assert found == [shown.Other(4.0, "Slow.", found[0].label)] if found else False
    assert found[0].label.startswith("J-")


def test_a_draft_a_recused_and_a_voided_sheet_are_never_among_them(
    film: Assignment, published: Jury, session: Session
) -> None:
    hide(session, published.round, [], Visibility.ALWAYS)
    first, second = peers(session, film)
    hand_in(session, published, first, 4, "Slow.")
    hand_in(session, published, second, 9, "Bright.")
    sheet = sa.update(ScoreSheet).where(ScoreSheet.assignment_id == first.id)
    for state in (SheetState.DRAFT, SheetState.VOIDED):
        session.execute(sheet.values(state=state))
        session.commit()
        assert [one.total for one in seen(session, film) or []] == [9.0]
    session.execute(sheet.values(state=SheetState.SUBMITTED))
    left = sa.update(Assignment).where(Assignment.id == first.id).values(state=AssignmentState.RECUSED)
    session.execute(left.execution_options(synchronize_session=False))
    session.commit()
    assert [one.total for one in seen(session, film) or []] == [9.0]


def test_who_takes_the_own_sheet_back_sees_nothing_again(film: Assignment, published: Jury, session: Session) -> None:
    hide(session, published.round, [], Visibility.AFTER_OWN)
    hand_in(session, published, peers(session, film)[0], 4, "Slow.")
    hand_in(session, published, film, 6, "")
    assert seen(session, film)
    own = sa.update(ScoreSheet).where(ScoreSheet.assignment_id == film.id)
    session.execute(own.values(state=SheetState.DRAFT))
    session.commit()
    assert seen(session, film) is None


_RANDOM = re.compile(r'nonce-[\w-]+|nonce="[\w-]+"|data-ticket="[^"]+"|name="(?:once|csrf_token)" value="[^"]+"')


@pytest.mark.parametrize("rule", [Visibility.NEVER, Visibility.AFTER_OWN])
def test_before_the_own_sheet_every_page_is_the_same_whatever_others_gave(
    rule: Visibility, film: Assignment, published: Jury, session: Session, sign_in: Callable[..., FlaskClient]
) -> None:
    hide(session, published.round, [], rule)
    browser = sign_in(published.people[5].id)

    def pages() -> list[str]:
        session.commit()
        found = [browser.get(path).text for path in (f"/en/jury/{film.code}", "/en/jury")]
        return [_RANDOM.sub("-", one) for one in found]

    before = pages()
    for n, one in enumerate(peers(session, film)):
        hand_in(session, published, one, 3 + 6 * n, "Others said this.")
    assert pages() == before
    if rule == Visibility.NEVER:
        hand_in(session, published, film, 6, "")
        after = pages()
        for one in peers(session, film):
            hand_in(session, published, one, 10, "And now this.")
        assert pages() == after
