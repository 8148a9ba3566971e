"""A festival with films in every stage between entered and gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal import clock
from portal.calls.models import Call, Edition
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.models import Disclosure, Performer
from portal.entries.models import Credit, CreditRole, Entry
from portal.jury.decisions.models import Decision, Outcome
from portal.jury.models import Round
from portal.lifecycles import DecisionState, EntryState, RoundState
from tests import builders


@dataclass
class Festival:
    """One edition with its call and its round, and the session that makes films for it."""

    session: Session
    edition: Edition
    call: Call
    round: Round

    def film(
        self, title: str, outcome: Outcome | None = Outcome.SELECTED, *, announced: bool = True, **values: Any
    ) -> Entry:
        """An eligible entry with a director, and a decision on it."""
        owner = builders.person(self.session, native_name="비밀 출품자")
        made = builders.entry(
            self.session,
            self.call,
            owner,
            **{"title_ko": title, "title_en": f"{title} EN", "state": EntryState.ELIGIBLE, "runtime_s": 600, **values},
        )
        names = {"native_name": f"{title} 감독", "latin_name": f"DIRECTOR {title}"}
        self.session.add(Credit(entry_id=made.id, position=1, role=CreditRole.DIRECTOR, **names))
        if outcome is not None:
            self.decide(made, outcome, announced=announced)
        self.session.flush()
        return made

    def decide(self, entry: Entry, outcome: Outcome, *, announced: bool, round: Round | None = None) -> None:
        """A decision, announced or pending."""
        state = DecisionState.ANNOUNCED if announced else DecisionState.PENDING
        moment = clock.now() - timedelta(hours=1) if announced else None
        where = {"round_id": (round or self.round).id, "entry_id": entry.id}
        self.session.add(Decision(**where, state=state, outcome=outcome, announced_at=moment))
        self.session.flush()

    def declare(self, entry: Entry, tier: int, consent: ConsentStatus | None = None) -> Disclosure:
        """A disclosure, perhaps with a replica of somebody real."""
        made = Disclosure(entry_id=entry.id, tier=tier, phases={"picture": min(tier, 3)})
        self.session.add(made)
        self.session.flush()
        if consent is not None:
            replica = {"kind": PerformerKind.REP_EMP, "name": "배우", "consent_status": consent}
            self.session.add(Performer(disclosure_id=made.id, **replica))
            self.session.flush()
        return made

    def another_round(self) -> Round:
        """A later round."""
        made = _round(self.session, self.call)
        self.session.flush()
        return made


def _round(session: Session, call: Call) -> Round:
    made = Round(
        edition_id=call.edition_id,
        call_id=call.id,
        state=RoundState.ANNOUNCED,
        name_ko="본심",
        name_en="Final",
        due_at=clock.now() - timedelta(days=1),
        listed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def festival(session: Session) -> Festival:
    """A festival without films yet."""
    edition = builders.edition(session)
    call = builders.call(session, edition)
    return Festival(session, edition, call, _round(session, call))
