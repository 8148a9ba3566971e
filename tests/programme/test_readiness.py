"""What keeps a film out of the programme: its consents and its label, of every part, before and after a release."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock
from portal.disclosure.codes import ConsentStatus, PerformerKind
from portal.disclosure.models import Disclosure, Performer
from portal.entries.models import Entry
from portal.errors import Invalid
from portal.lifecycles import DisclosureState
from portal.policies import SYSTEM
from portal.programme import queries, service
from portal.programme.models import Release
from portal.programme.queries import Gap
from portal.programme.queries.films import film_facts
from portal.programme.queries.published import held_films
from tests.programme import rows


def disclosure_of(session: Session, film: Entry) -> Disclosure:
    return session.scalars(sa.select(Disclosure).where(Disclosure.entry_id == film.id)).one()


def declared(session: Session, film: Entry, **values: object) -> None:
    """What stands in the database, whatever moves led there."""
    session.execute(sa.update(Disclosure).where(Disclosure.entry_id == film.id).values(**values))
    session.flush()


GREEN = (DisclosureState.SUBMITTED, DisclosureState.CORRECTED, DisclosureState.ACCEPTED)


@pytest.mark.parametrize("state", list(DisclosureState))
def test_a_label_is_green_only_where_nobody_waits_for_an_answer(session: Session, state: DisclosureState) -> None:
    film = rows.film(session, rows.edition(session))
    rows.playable(session, film)
    declared(session, film, state=state)
    assert queries.gaps(session, [film.id])[film.id] == (() if state in GREEN else (Gap.LABEL,))
    assert held_films(session, [film.number]) == (frozenset() if state in GREEN else {film.number})


def test_a_label_speaks_of_the_film_that_is_shown(session: Session) -> None:
    film = rows.film(session, rows.edition(session))
    first = rows.playable(session, film)
    assert queries.gaps(session, [film.id])[film.id] == ()
    first.superseded_at = clock.now()
    rows.playable(session, film, sha256="e" * 64)
    assert queries.gaps(session, [film.id])[film.id] == (Gap.LABEL,)
    declared(session, film, film_sha256="e" * 64)
    assert queries.gaps(session, [film.id])[film.id] == ()
    declared(session, film, attested_at=None)
    assert queries.gaps(session, [film.id])[film.id] == (Gap.LABEL,)
    session.delete(disclosure_of(session, film))
    session.flush()
    assert queries.gaps(session, [film.id])[film.id] == (Gap.LABEL,)


def test_a_film_without_a_green_label_comes_into_no_package(session: Session) -> None:
    edition = rows.edition(session)
    film = rows.film(session, edition)
    declared(session, film, state=DisclosureState.QUERIED)
    with pytest.raises(Invalid, match="not ready"):
        service.add_film(session, rows.package(session, edition), film, by=SYSTEM)


def test_nothing_is_released_while_a_label_is_not_green(session: Session) -> None:
    edition = rows.edition(session)
    good, queried = rows.film(session, edition), rows.film(session, edition)
    made = rows.package(session, edition, good, queried)
    screening = rows.screening(session, made, rows.hall(session, edition))
    service.confirm(session, screening, by=SYSTEM)
    declared(session, queried, state=DisclosureState.QUERIED)
    with pytest.raises(Invalid) as refused:
        service.release(session, edition, base=0, by=SYSTEM)
    assert queried.title_ko in refused.value.message
    assert good.title_ko not in refused.value.message
    assert session.scalar(sa.select(sa.func.count(Release.id))) == 0


def test_one_part_of_an_omnibus_without_consent_keeps_all_of_it_back(session: Session) -> None:
    film = rows.film(session, rows.edition(session))
    parts = [{"code": f"P{n}", "title": f"{n}부", "directors": [f"감독 {n}"]} for n in range(1, 6)]
    declared(session, film, ledger={"parts": parts})
    facts = film_facts(session, [film.id])[film.id]
    assert (facts.parts[0].title, facts.parts[0].directors) == ("1부", "감독 1")
    assert len(facts.parts) == 5
    actor = Performer(
        disclosure_id=disclosure_of(session, film).id,
        kind=next(kind for kind in PerformerKind if kind != PerformerKind.SYN),
        name="배우",
        film="P3",
        consent_status=ConsentStatus.PENDING,
    )
    session.add(actor)
    session.flush()
    assert Gap.CONSENT in queries.gaps(session, [film.id])[film.id]
    assert held_films(session, [film.number]) == {film.number}
