"""Labels, cards and holds, in as few statements as possible."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import i18n
from portal.disclosure import queries, service
from portal.disclosure.codes import ConsentStatus, Degree, PerformerKind, Scope
from portal.disclosure.models import Disclosure
from portal.disclosure.problems import Facts
from portal.disclosure.publication import published
from portal.disclosure.rules.policies import public_hold
from tests.disclosure.declared import ACTRESS, STATEMENT, declare, desk, label_of, performer, public_holds, stored


def test_nothing_declared_has_no_label(session: Session) -> None:
    mine = desk(session)
    assert label_of(session, mine.entry.id) is None
    assert published(session, mine.entry.id) is None
    service.of_entry(session, mine.entry.id)
    assert label_of(session, mine.entry.id) is None


def test_a_draft_has_a_label_without_a_revision(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    label = label_of(session, mine.entry.id)
    assert label is not None
    assert (label.headline, label.declared) == ("일부 AI", "")


def test_the_public_label_is_that_of_the_submitted_revision(session: Session) -> None:
    mine = desk(session)
    service.freeze(session, declare(session, mine), by=mine.by, reason="SUBMITTED")
    session.commit()
    declare(session, mine, degrees=dict.fromkeys(Scope, Degree.G))
    label = label_of(session, mine.entry.id)
    assert label is not None
    assert label.headline == "일부 AI"
    assert "36%" in label.numbers
    said = published(session, mine.entry.id)
    assert said is not None
    assert said.statement == STATEMENT
    with i18n.using("en"):
        english = label_of(session, mine.entry.id)
    assert english is not None
    assert english.declared.startswith("Declared by the creator, revision 1, ")


def test_the_label_names_a_performer_only_who_wants_it(session: Session) -> None:
    mine = desk(session)
    declare(session, mine, performers=(ACTRESS,))
    hidden = label_of(session, mine.entry.id)
    declare(session, mine, performers=(replace(ACTRESS, public_credit=True),))
    named = label_of(session, mine.entry.id)
    assert hidden is not None
    assert named is not None
    assert "김순례" not in hidden.text
    assert "김순례" in named.text


def test_a_label_costs_one_statement(session: Session, count_queries: Callable[[], int]) -> None:
    mine = desk(session)
    service.freeze(session, declare(session, mine, performers=(ACTRESS,)), by=mine.by, reason="SUBMITTED")
    entry_id = mine.entry.id
    session.connection()
    count_queries()
    label_of(session, entry_id)
    assert count_queries() == 1


def test_a_list_makes_its_cards_of_columns(session: Session) -> None:
    shown, blank = desk(session), desk(session)
    declare(session, shown)
    declare(session, blank, degrees={})
    rows = session.execute(sa.select(Disclosure.entry_id, *queries.CARD_COLUMNS)).all()
    cards = {row.entry_id: queries.card(row) for row in rows}
    card = cards[shown.entry.id]
    assert card is not None
    assert (card.headline, [phase.n for phase in card.phases]) == ("일부 AI", [0, 3, 0, 0, 0])
    assert cards[blank.entry.id] is None


@pytest.mark.parametrize("status", list(ConsentStatus))
def test_the_list_and_the_rule_hold_the_same_films(session: Session, status: ConsentStatus) -> None:
    mine = desk(session)
    kind = PerformerKind.SYN if status is ConsentStatus.NOT_REQ else PerformerKind.ALTER
    found = declare(session, mine, performers=(replace(ACTRESS, kind=kind),))
    performer(found).consent_status = status
    session.commit()
    held = public_hold(queries.ledger_of(session, stored(session, mine))) is not None
    assert public_holds(session, [mine.entry.id]) == ({mine.entry.id} if held else set())


def test_readiness_tells_an_unbegun_form_from_an_empty_one(session: Session) -> None:
    mine = desk(session)
    assert queries.readiness(session, mine.entry.id, Facts()).begun is False
    declare(session, mine, performers=(ACTRESS,))
    ready = queries.readiness(session, mine.entry.id, Facts())
    assert ready.begun is True
    assert ready.form == ()
    assert [problem.code for problem in ready.blocking] == ["F04"]


def test_the_last_editor_is_known(session: Session) -> None:
    mine = desk(session)
    found = declare(session, mine)
    last = queries.last_edit(session, found.id)
    assert last is not None
    assert last[0] is not None
    assert last[0].id == mine.owner.id
