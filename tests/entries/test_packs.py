"""The Actor-IP pack: a licence for each team, marked copies, a log, and no film without it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from sqlalchemy.orm import Session, sessionmaker

from portal import clock
from portal.accounts.models import Person
from portal.audit import AuditRecord
from portal.calls.models import Call
from portal.db import unit_of_work
from portal.disclosure.packs import queries as pack_queries
from portal.disclosure.packs import service as packs
from portal.disclosure.packs.models import Pack, PackTeam, PackUse
from portal.entries.forms import DECLARATIONS
from portal.entries.models import Entry
from portal.errors import Invalid, Stale
from portal.lifecycles import EntryState
from portal.media import queries as media
from portal.media.service import pack_files
from portal.policies import SYSTEM, Role, Scope
from tests import builders
from tests.disclosure.declared import at_once
from tests.entries import made

SignIn = Callable[..., FlaskClient]
FACE = bytes(range(256)) * 500
TODAY = date(2026, 11, 22)
DRAFT = packs.PackDraft(
    "김순례의 얼굴", "The face of Kim Sun-rye", "별빛엔터", date(2099, 1, 1), ("starlight.example",)
)


@dataclass(frozen=True)
class Lent:
    """A published pack, its category's call, and a whole draft of a team there."""

    pack: Pack
    call: Call
    owner: Person
    entry: Entry


@pytest.fixture
def lent(session: Session) -> Lent:
    call = builders.call(session, builders.edition(session))
    owner = builders.person(session)
    entry = made.whole(session, call, owner)
    pack = packs.save(session, entry.category_id, DRAFT, by=SYSTEM)
    packs.write_licence(session, pack, "얼굴은 이 작품에만 씁니다.", "Only in this film.", by=SYSTEM)
    pack_files.add(session, pack, "얼굴.png", io.BytesIO(FACE), len(FACE), by=SYSTEM)
    packs.publish(session, pack, by=SYSTEM)
    session.commit()
    return Lent(pack, call, owner, entry)


def page(lent: Lent) -> str:
    return f"/en/entries/{lent.entry.number}/pack"


def accept(session: Session, lent: Lent, version: int = 1) -> PackTeam:
    pack = pack_queries.of_category(session, lent.entry.category_id)
    assert pack is not None
    team = packs.accept(session, pack, lent.entry.id, version, today=TODAY, by=made.by(lent.owner))
    session.commit()
    return team


def hand_in(browser: FlaskClient, lent: Lent) -> int:
    return browser.post(
        f"/en/entries/{lent.entry.number}/submit", data={"declarations": list(DECLARATIONS)}
    ).status_code


def state(session: Session, lent: Lent) -> EntryState:
    found = session.scalars(sa.select(Entry.state).where(Entry.id == lent.entry.id)).one()
    session.commit()
    return found


def test_a_team_without_the_licence_cannot_enter(session: Session, lent: Lent, sign_in: SignIn) -> None:
    mine = sign_in(lent.owner.id)
    rights = mine.get(f"/en/entries/{lent.entry.number}/rights").text
    assert "Accept the licence of this category" in rights
    assert page(lent) in rights
    assert hand_in(mine, lent) == 422
    assert state(session, lent) is EntryState.DRAFT
    assert mine.post(page(lent), data={"version": "1"}).status_code == 422
    assert mine.post(page(lent), data={"version": "1", "accepted": "1"}).status_code == 303
    assert "Accept the licence of this category" not in mine.get(f"/en/entries/{lent.entry.number}/rights").text
    assert hand_in(mine, lent) == 302
    assert state(session, lent) is EntryState.SUBMITTED


def test_another_category_asks_for_nothing(session: Session, lent: Lent, sign_in: SignIn) -> None:
    other = builders.category(session, lent.call)
    entry = made.whole(session, lent.call, lent.owner, category_id=other.id)
    session.commit()
    mine = sign_in(lent.owner.id)
    assert mine.get(f"/en/entries/{entry.number}/pack").status_code == 404
    assert hand_in(mine, Lent(lent.pack, lent.call, lent.owner, entry)) == 302


def test_the_copy_carries_the_teams_mark_and_is_logged(session: Session, lent: Lent, sign_in: SignIn) -> None:
    (file,) = pack_queries.given_out(lent.pack)
    mine = sign_in(lent.owner.id)
    assert mine.get(f"{page(lent)}/{file.code}").status_code == 404
    team = accept(session, lent)
    answer = mine.get(f"{page(lent)}/{file.code}")
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    assert archive.testzip() is None
    assert archive.namelist() == ["LICENCE.txt", f"얼굴.{team.code}.png"]
    assert archive.read(f"얼굴.{team.code}.png") == FACE
    words = archive.read("LICENCE.txt").decode()
    assert [one in words for one in (team.code, lent.entry.number, "Only in this film.", "이 작품에만")] == [True] * 4
    assert "no-store" in answer.headers["Cache-Control"]
    uses = session.scalars(sa.select(PackUse)).all()
    assert [(use.team_id, use.file_id, use.person_id) for use in uses] == [(team.id, file.id, lent.owner.id)]
    assert "pack.used" in session.scalars(sa.select(AuditRecord.verb)).all()
    stranger = builders.person(session)
    session.commit()
    assert sign_in(stranger.id).get(f"{page(lent)}/{file.code}").status_code == 404


def test_a_new_version_is_accepted_anew(session: Session, lent: Lent) -> None:
    accept(session, lent)
    packs.write_licence(session, lent.pack, "얼굴은 이 작품에만 씁니다.", "Only in this film.", by=SYSTEM)
    assert len(lent.pack.versions) == 1
    packs.write_licence(session, lent.pack, "다른 말", "Other words", by=SYSTEM)
    session.commit()
    team = pack_queries.team_of(session, lent.pack.id, lent.entry.id)
    assert not pack_queries.living(lent.pack, team, TODAY)
    with pytest.raises(Stale):
        accept(session, lent, version=1)
    session.rollback()
    assert accept(session, lent, version=2).id == (team.id if team else None)
    assert session.scalar(sa.select(sa.func.count(PackTeam.id))) == 1


def test_it_ends_with_its_day_and_with_the_offices_word(session: Session, lent: Lent) -> None:
    team = accept(session, lent)
    assert pack_queries.living(lent.pack, team, lent.pack.ends_on)
    assert not pack_queries.living(lent.pack, team, lent.pack.ends_on + timedelta(days=1))
    packs.end(session, team, "광고에 썼어요", by=SYSTEM)
    session.commit()
    assert not pack_queries.living(lent.pack, team, TODAY)
    with pytest.raises(Invalid):
        accept(session, lent)


def test_accepted_twice_at_once_it_is_one_licence(
    session: Session, sessions: sessionmaker[Session], lent: Lent
) -> None:
    def take() -> str:
        with unit_of_work(sessions) as own:
            pack = pack_queries.of_category(own, lent.entry.category_id)
            assert pack is not None
            return packs.accept(own, pack, lent.entry.id, 1, today=TODAY, by=made.by(lent.owner)).code

    first, second = at_once(take, take)
    assert first == second
    assert session.scalar(sa.select(sa.func.count(PackTeam.id))) == 1


def test_the_desk_makes_publishes_and_ends(session: Session, sign_in: SignIn) -> None:
    call = builders.call(session, builders.edition(session))
    category = builders.category(session, call)
    staff = builders.person(session)
    builders.grant(session, staff, Role.ORGANIZER, Scope.EDITION, call.edition_id)
    session.commit()
    desk, address = sign_in(staff.id), f"/en/ops/categories/{category.id}/pack"
    form = {
        "name_ko": "얼굴",
        "name_en": "Face",
        "owner": "Starlight",
        "ends_on": "2099-01-01",
        "domains": "@A.example",
    }
    assert desk.post(address, data={**form, "ends_on": "soon"}).status_code == 422
    assert desk.post(address, data=form).status_code == 303
    assert desk.post(f"{address}/publish").status_code == 422
    assert desk.post(f"{address}/licence", data={"text_ko": "말", "text_en": "Words"}).status_code == 303
    sent = {"file": (io.BytesIO(FACE), "face.png")}
    assert desk.post(f"{address}/files", data=sent).status_code == 303
    assert desk.post(f"{address}/publish").status_code == 303
    pack = session.scalars(sa.select(Pack)).one()
    assert (pack.domains, pack.published_at is not None) == (["a.example"], True)
    entry = made.whole(session, call, builders.person(session), category_id=category.id)
    team = packs.accept(session, pack, entry.id, 1, today=TODAY, by=SYSTEM)
    session.commit()
    assert team.code in desk.get(address).text
    assert desk.post(f"{address}/end", data={"team": team.code, "reason": "Misused"}).status_code == 303
    assert "Misused" in desk.get(address).text


def test_a_file_of_a_pack_is_no_waste_and_goes_when_it_is_taken_away(session: Session, lent: Lent) -> None:
    (file,) = pack_queries.given_out(lent.pack)
    key = file.storage_key or ""
    assert media.keys_in_use(session, [key]) == {key}
    pack_files.take_away(session, file, by=SYSTEM)
    assert (media.keys_in_use(session, [key]), file.removed_at is not None) == (set(), True)
    assert file.removed_at is not None
    assert file.removed_at <= clock.now()
