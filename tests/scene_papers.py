"""What the stage needs of consents on paper, holds and a pack: one of each, with somebody who reads papers."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import clock, signing
from portal.accounts.models import Person, RoleGrant
from portal.calls.models import Call, Category, Gel
from portal.disclosure.codes import Channel, Likeness, Medium, PerformerKind, SignerCapacity
from portal.disclosure.consent import holds
from portal.disclosure.consent.offers import Offer
from portal.disclosure.models import Consent, Disclosure, Performer
from portal.disclosure.packs import service as packs
from portal.disclosure.packs.models import PackFile, PackTeam
from portal.entries.models import Entry
from portal.lifecycles import AssetState, ConsentState, EntryState
from portal.media import child, storage, vault
from portal.media.models import Asset, Slot
from portal.media.service import pack_files
from portal.policies import SYSTEM, Role, Scope

LENT = "PAN27-LENT"
PAPER = b"%PDF-1.7\nI agree.\n"
_WORDS = "할머니의 얼굴을 이틀 동안 찍은 자료로 만들었고, 이 작품의 영화제 상영에만 쓰기로 했어요."


def with_papers(session: Session, draft: Entry, officer: Person) -> None:
    """A paper that waits, a film on hold, a pack that its team has taken."""
    session.add(
        RoleGrant(person_id=officer.id, role=Role.CONSENT_OFFICER, scope=Scope.EDITION, scope_id=draft.edition_id)
    )
    _a_paper(session, draft)
    _a_guardian(session, draft)
    received = sa.select(Entry).where(Entry.state == EntryState.SUBMITTED).order_by(Entry.id).limit(1)
    holds.place_by_office(session, session.scalars(received).one().id, "저작권 분쟁", by=SYSTEM)
    _a_pack(session, draft)


def things(session: Session) -> dict[str, Any]:
    """The names of these in addresses."""
    return {
        "paper": session.scalars(sa.select(Asset.code).where(Asset.slot == Slot.CONSENT).order_by(Asset.id)).first(),
        "lent_category": session.scalars(sa.select(Category.id).where(Category.code == "lent")).one(),
        "guardian": session.scalars(sa.select(Consent.id).where(Consent.signer_capacity == "GUARDIAN")).first(),
        "lent_file": session.scalars(sa.select(PackFile.code)).first(),
        "lent_team": session.scalars(sa.select(PackTeam.code)).first(),
    }


def _a_paper(session: Session, draft: Entry) -> None:
    disclosure = session.scalars(sa.select(Disclosure).where(Disclosure.entry_id == draft.id)).one()
    person = Performer(
        code=signing.random_code(),
        disclosure_id=disclosure.id,
        kind=PerformerKind.REP_IND,
        name="오영숙",
        part="이웃",
        likeness=[Likeness.FACE.value],
        appear_s=30,
        synth_s=10,
    )
    asset = Asset(
        code=signing.random_code(),
        entry_id=draft.id,
        slot=Slot.CONSENT,
        state=AssetState.PLAYABLE,
        uploaded_by_id=draft.owner_id,
        file_name="동의서.pdf",
        size=len(PAPER),
        received_at=clock.now(),
        sealed_at=clock.now(),
    )
    store = storage.of(session)
    with child.job_directory(store.jobs) as folder:
        made = folder / "paper"
        made.write_bytes(vault.of(session).seal(PAPER, asset.code))
        asset.storage_key = store.adopt(made)
    session.add_all((person, asset))
    session.flush()
    session.add(_consent(draft, person, asset))


def _a_guardian(session: Session, draft: Entry) -> None:
    disclosure = session.scalars(sa.select(Disclosure).where(Disclosure.entry_id == draft.id)).one()
    pupil = Performer(
        code=signing.random_code(),
        disclosure_id=disclosure.id,
        kind=PerformerKind.ALTER,
        name="한아름",
        likeness=[Likeness.VOICE.value],
        appear_s=30,
        synth_s=10,
        minor=True,
    )
    session.add(pupil)
    session.flush()
    session.add(
        Consent(
            performer_id=pupil.id,
            state=ConsentState.SIGNED,
            digest=signing.digest(signing.random_token()),
            email="guardian@pan.example",
            signer_name="한어른",
            signer_capacity=SignerCapacity.GUARDIAN.value,
            offer=Offer(number=draft.number, name=pupil.name, minor=True).to_json(),
            scope_text=_WORDS,
            answered_at=clock.now(),
            expires_at=clock.now(),
        )
    )


def _consent(draft: Entry, person: Performer, asset: Asset) -> Consent:
    offer = Offer(
        number=draft.number,
        title_ko=draft.title_ko,
        maker="한서윤",
        name=person.name,
        part=person.part,
        kind=person.kind,
        likeness=(Likeness.FACE,),
        appear_s=30,
        synth_s=10,
        media=(Medium.FESTIVAL,),
        text=_WORDS,
    )
    return Consent(
        performer_id=person.id,
        state=ConsentState.OPENED,
        channel=Channel.PAPER,
        digest=signing.digest(signing.random_token()),
        email="",
        offer=offer.to_json(),
        media=[Medium.FESTIVAL.value],
        scope_text=_WORDS,
        asset_id=asset.id,
        paper_sha256="0" * 64,
        expires_at=clock.now(),
        asked_by_id=draft.owner_id,
    )


def _a_pack(session: Session, draft: Entry) -> None:
    category = Category(
        call_id=draft.call_id,
        code="lent",
        name_ko="배우 IP",
        name_en="Actor IP",
        gel=Gel.LAB,
        max_seconds=600,
        position=90,
    )
    session.add(category)
    session.flush()
    values = {column.name: getattr(draft, column.name) for column in Entry.__table__.columns if column.name != "id"}
    team = {**values, "number": LENT, "category_id": category.id, "title_ko": "빌린 얼굴"}
    session.execute(sa.insert(Entry).values(**team))
    room = sa.update(Call).where(Call.id == draft.call_id).values(entry_limit=Call.entry_limit + 1)
    session.execute(room)
    entry_id = session.scalars(sa.select(Entry.id).where(Entry.number == LENT)).one()
    terms = packs.PackDraft("얼굴 팩", "A face to borrow", "별빛엔터", date(2099, 1, 1), ("starlight.example",))
    pack = packs.save(session, category.id, terms, by=SYSTEM)
    packs.write_licence(session, pack, "이 작품에만 씁니다.", "Only in this film.", by=SYSTEM)
    pack_files.add(session, pack, "face.png", io.BytesIO(PAPER), len(PAPER), by=SYSTEM)
    packs.publish(session, pack, by=SYSTEM)
    packs.accept(session, pack, entry_id, 1, today=date(2027, 1, 1), by=SYSTEM)
