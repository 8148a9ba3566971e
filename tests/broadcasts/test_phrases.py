"""A letter's state in words is what became of its mails, before the sweep notes that it has left and after."""

from __future__ import annotations

import pytest

from portal import i18n
from portal.broadcasts import phrases
from portal.broadcasts.queries import Fates
from portal.lifecycles import BroadcastState


@pytest.mark.parametrize(
    ("became", "word"),
    [
        (Fates(held=1, reached=1), "In the outbox"),
        (Fates(leaving=1, reached=1), "Leaving"),
        (Fates(reached=2, cancelled=1), "Sent"),
        (Fates(reached=1, failed=1), "Sent, not to everybody"),
        (Fates(failed=2), "Reached nobody"),
        (Fates(failed=1, cancelled=1), "Reached nobody"),
        (Fates(cancelled=1), "Cancelled"),
    ],
)
def test_a_letter_stands_where_its_mails_are(became: Fates, word: str) -> None:
    with i18n.using("en"):
        for state in (BroadcastState.PREPARED, BroadcastState.SENT):
            assert phrases.standing(state, became)[0] == word


def test_a_letter_whose_mails_are_forgotten_was_sent_all_the_same() -> None:
    with i18n.using("en"):
        assert phrases.standing(BroadcastState.SENT, Fates())[0] == "Sent"
        assert phrases.standing(BroadcastState.CANCELLED, Fates())[0] == "Cancelled"
        assert phrases.standing(BroadcastState.DRAFT, Fates(failed=1))[0] == "Draft"
