"""A new cut after handing in: asked for, granted with its own receipt or declined, once each, whoever presses twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal.disclosure.models import Disclosure, DisclosureRevision
from portal.entries import queries, service
from portal.entries.models import Entry, Receipt, Replacement
from portal.errors import Invalid
from portal.lifecycles import AssetState, ReplacementState
from portal.mail.models import OutgoingMail
from portal.media import queries as media
from portal.media.models import Asset, Likeness, Slot
from tests import builders
from tests.entries import made

SignIn = Callable[..., FlaskClient]
ASKING = {"reason": "색을 다시 맞췄어요.", "same_ai": "1"}


def new_cut(session: Session, entry: Entry, **values: object) -> Asset:
    facts = {"duration_ms": 600_000, "width": 1920, "height": 1080}
    return made.asset(session, entry, Slot.REPLACEMENT, **facts | values)


def asked(session: Session, entry: Entry, cut: Asset) -> Replacement:
    return service.ask_replacement(session, entry, cut, "색을 다시 맞췄어요.", by=made.by(entry.owner))


def test_a_granted_cut_is_judged_from_then_on_and_both_are_kept(session, entry, owner, organizer) -> None:
    before = media.current_asset(session, entry.id, Slot.FILM)
    assert before is not None
    cut = new_cut(session, entry)
    request = asked(session, entry, cut)
    assert media.current_asset(session, entry.id, Slot.FILM) is before, "asking changes nothing"
    receipt = service.grant_replacement(session, request, "좋아요.", by=made.by(organizer))
    session.commit()
    assert receipt is not None
    judged = media.current_asset(session, entry.id, Slot.FILM)
    assert judged is not None
    assert (judged.id, judged.sha256) == (cut.id, receipt.film_sha256)
    assert session.get_one(Asset, before.id).superseded_at is not None
    first, second = session.scalars(sa.select(Receipt).order_by(Receipt.sequence))
    assert (first.sequence, second.sequence) == (1, 2)
    assert first.film_sha256 == before.sha256, "what was said then stays said"
    assert json.loads(second.snapshot)["film_seconds"] == 600
    assert session.get_one(Entry, entry.id).state == "submitted"


def test_the_disclosure_goes_over_to_the_new_cut_as_a_revision_of_its_own(session, entry, organizer) -> None:
    cut = new_cut(session, entry)
    service.grant_replacement(session, asked(session, entry, cut), "", by=made.by(organizer))
    session.commit()
    disclosure = session.scalars(sa.select(Disclosure)).one()
    latest = session.scalars(sa.select(DisclosureRevision).order_by(DisclosureRevision.revision.desc())).first()
    assert latest is not None
    assert (disclosure.film_sha256, latest.reason, latest.revision) == (cut.sha256, "NEW_CUT", 2)


def test_a_declined_cut_leaves_the_film_and_needs_a_reason(session, entry, organizer) -> None:
    request = asked(session, entry, new_cut(session, entry))
    with pytest.raises(Invalid):
        service.decline_replacement(session, request, "  ", by=made.by(organizer))
    service.decline_replacement(session, request, "마감이 지났어요.", by=made.by(organizer))
    service.decline_replacement(session, request, "또 거절", by=made.by(organizer))
    session.commit()
    assert (request.state, request.answer) == (ReplacementState.DECLINED, "마감이 지났어요.")
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1
    kinds = session.scalars(
        sa.select(OutgoingMail.kind).where(OutgoingMail.kind.like("cut_%")).order_by(OutgoingMail.id)
    )
    assert list(kinds) == ["cut_asked", "cut_declined"]


@pytest.mark.parametrize("state", [AssetState.TRANSCODING, AssetState.REFUSED])
def test_only_a_cut_that_plays_can_be_asked_for(session, entry, state: AssetState) -> None:
    with pytest.raises(Invalid):
        asked(session, entry, new_cut(session, entry, state=state))


def test_a_draft_has_nothing_to_replace(session, call, owner) -> None:
    draft = made.whole(session, call, owner)
    with pytest.raises(Invalid):
        asked(session, draft, new_cut(session, draft))


def test_one_request_at_a_time_and_one_for_each_cut(session, entry, organizer) -> None:
    cut, other = new_cut(session, entry), new_cut(session, entry)
    request = asked(session, entry, cut)
    assert asked(session, entry, cut) is request, "the form sent twice is one request"
    with pytest.raises(Invalid):
        asked(session, entry, other)
    service.withdraw_replacement(session, request, by=made.by(entry.owner))
    with pytest.raises(Invalid):
        asked(session, entry, cut)
    assert asked(session, entry, other).asset_id == other.id


def test_two_organizers_at_once_settle_it_once(session, sessions: sessionmaker[Session], entry, organizer) -> None:
    code = asked(session, entry, new_cut(session, entry)).code
    actor = made.by(organizer)
    session.commit()

    def decide(grant: bool) -> str:
        with sessions() as other:
            request = queries.replacement_by_code(other, code)
            assert request is not None
            try:
                if grant:
                    service.grant_replacement(other, request, "", by=actor)
                else:
                    service.decline_replacement(other, request, "아니요", by=actor)
                other.commit()
            except Invalid:
                return "told"
            return "settled"

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(decide, (True, False)))
    assert answers == ["settled", "told"]
    settled = session.scalars(sa.select(Replacement).execution_options(populate_existing=True)).one()
    receipts = session.scalar(sa.select(sa.func.count()).select_from(Receipt))
    assert receipts == (2 if settled.state == ReplacementState.GRANTED else 1)


def test_the_makers_ask_on_their_page_and_an_organizer_grants_on_theirs(
    session, entry, owner, organizer, sign_in: SignIn, client: FlaskClient
) -> None:
    new_cut(session, entry)
    number = entry.number
    session.commit()
    maker, desk = sign_in(owner.id), sign_in(organizer.id)
    path = f"/en/entries/{number}/replacement"
    assert "Ask for this cut" in maker.get(path).text
    refused = maker.post(path, data={"reason": "Colours."})
    assert refused.status_code == 422
    assert "holds for the new cut" in refused.text
    assert maker.post(path, data=ASKING).status_code == 302
    assert "looking at your request" in maker.get(path).text
    assert number in desk.get("/en/ops/entries/cuts").text
    code = session.scalars(sa.select(Replacement.code)).one()
    session.rollback()
    films = desk.get(f"/en/ops/entries/{number}/films").text
    assert "Grant: judge this cut" in films
    assert maker.post(f"/en/ops/entries/{number}/cuts/{code}", data={"grant": "1"}).status_code == 404
    assert desk.post(f"/en/ops/entries/{number}/cuts/{code}", data={"grant": "1"}).status_code == 302
    first, second = session.scalars(sa.select(Receipt.number).order_by(Receipt.sequence))
    assert "Another cut is judged" in client.get(f"/en/receipts/{first}").text
    assert first in client.get(f"/en/receipts/{second}").text
    assert "Granted" in maker.get(path).text


def test_alike_films_are_shown_to_organizers_until_somebody_looked(
    session, call, entry, organizer, sign_in: SignIn
) -> None:
    other, _ = made.submitted(session, builders.call(session, builders.edition(session)), builders.person(session))
    films = [media.current_asset(session, one.id, Slot.FILM) for one in (entry, other)]
    earlier, later = sorted((film.id for film in films if film), key=int)
    pair = Likeness(asset_id=later, earlier_id=earlier, picture_bp=9300, sound_bp=4100)
    session.add(pair)
    session.flush()
    number, other_number, likeness_id, organizer_id = entry.number, other.number, pair.id, organizer.id
    session.commit()
    desk = sign_in(organizer_id)
    shown = desk.get(f"/en/ops/entries/{number}/films").text
    assert other_number in shown
    assert "93%" in shown
    assert desk.post(f"/en/ops/entries/{number}/alike/{likeness_id}").status_code == 302
    assert other_number not in desk.get(f"/en/ops/entries/{number}/films").text


def test_an_organizer_takes_a_refused_film_with_a_reason_on_record(session, call, owner, organizer, sign_in) -> None:
    draft = builders.entry(session, call, owner)
    facts = {"film": {"seconds": 1300.0}}
    film = made.film(session, draft, state=AssetState.REFUSED, findings=[{"code": "gave_up"}], probe=facts)
    code, number = film.code, draft.number
    session.commit()
    desk = sign_in(organizer.id)
    assert number in desk.get("/en/ops/entries/cuts").text
    assert sign_in(owner.id).post(f"/en/ops/films/{code}/override", data={"reason": "x"}).status_code == 404
    assert session.get_one(Asset, film.id, populate_existing=True).state == AssetState.REFUSED
