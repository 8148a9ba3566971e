"""Films at the scale of a real AI-film festival: 2 067 drafts, of which 535 are eligible.

Rows are written in bulk; their states are the ones a season of work would have left behind.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal import clock, signing
from portal.calls.models import Call, Category
from portal.demo import ledgers, words
from portal.demo.cast import Cast
from portal.demo.clips import HEIGHT, RATE, SECONDS, WIDTH, Clip, Shelf
from portal.demo.words import Name
from portal.disclosure.models import Disclosure, Performer
from portal.disclosure.revisions.changes import Declared
from portal.disclosure.revisions.history import revision_of
from portal.disclosure.rows import ledger_from
from portal.disclosure.service import MAKER
from portal.entries.models import Credit, CreditRole, Entry, Receipt, Verdict, VerdictOutcome
from portal.entries.search import search_text
from portal.entries.snapshot import digest
from portal.lifecycles import AssetState, DisclosureState, EntryState
from portal.media.models import Asset, Rendition, RenditionKind, Slot
from portal.policies import Actor

DRAFTS = 2067
ELIGIBLE = {"short": 263, "actor_ip": 45, "short_form": 112, "advertisement": 115}
STATES = {
    EntryState.INELIGIBLE: 611,
    EntryState.NEEDS_FIX: 14,
    EntryState.SUBMITTED: 9,
    EntryState.WITHDRAWN: 41,
}
GENRES = ("drama", "fantasy", "sf", "documentary", "comedy", "horror", "experimental", "romance")
LANGUAGES = (("ko", 0.62), ("en", 0.2), ("ja", 0.06), ("fr", 0.06), ("zh", 0.06))
REASONS = (
    "상영 시간이 부문 규정보다 길어요.",
    "파일이 끝까지 재생되지 않아요.",
    "초상 동의가 없어요.",
    "규정의 AI 사용 비율에 맞지 않아요.",
)


@dataclass(frozen=True)
class Film:
    """One entry to be: where it stands and what it is."""

    state: EntryState
    category: Category
    owner_id: int
    owner: Name
    title: tuple[str, str]
    minutes: float
    started: datetime
    clip: int


def fill(session: Session, rng: random.Random, call: Call, cast: Cast, clips: Sequence[Clip], shelf: Shelf) -> None:
    """All entries of the festival call with credits, disclosures, files, receipts and verdicts."""
    films = list(_plan(rng, call, cast, len(clips)))
    numbers = _numbers(rng, call, len(films))
    rows = [_entry(rng, call, film, number) for film, number in zip(films, numbers, strict=True)]
    ids = list(session.scalars(sa.insert(Entry).returning(Entry.id, sort_by_parameter_order=True), rows))
    received = [(film, row, entry_id) for film, row, entry_id in zip(films, rows, ids, strict=True) if _received(film)]
    _credits(session, rng, received)
    _disclosures(session, rng, received, clips)
    _assets(session, received, clips, shelf)
    _receipts(session, received, clips)
    _verdicts(session, rng, received, cast)


def _received(film: Film) -> bool:
    return film.state != EntryState.DRAFT


def _plan(rng: random.Random, call: Call, cast: Cast, clips: int) -> Iterator[Film]:
    by_code = {category.code: category for category in call.categories}
    states = [(EntryState.ELIGIBLE, by_code[code]) for code, count in ELIGIBLE.items() for _ in range(count)]
    everywhere = list(by_code.values())
    for state, count in STATES.items():
        waiting = [by_code["group_ip"]] if state == EntryState.SUBMITTED else everywhere
        states += [(state, rng.choice(waiting)) for _ in range(count)]
    states += [(EntryState.DRAFT, rng.choice(everywhere)) for _ in range(DRAFTS - len(states))]
    rng.shuffle(states)
    owners = _owners(rng, cast)
    for (state, category), title in zip(states, words.titles(rng), strict=False):
        owner_id = next(owners)
        yield Film(
            state,
            category,
            owner_id,
            cast.creator_names[owner_id],
            title,
            _minutes(rng, category),
            _started(rng, call),
            rng.randrange(clips),
        )


def _owners(rng: random.Random, cast: Cast) -> Iterator[int]:
    """Creators with one to three films each; the demo's named creator keeps room for a film of the visitor's own."""
    turns = [one for one in cast.creators[1:] for _ in range(2)]
    rng.shuffle(turns)
    return iter([cast.creators[0], *turns])


def _minutes(rng: random.Random, category: Category) -> float:
    longest = category.max_seconds / 60
    return max(0.5, min(longest, round(rng.lognormvariate(1.6, 0.65) * 2) / 2))


def _started(rng: random.Random, call: Call) -> datetime:
    """Most entries arrive late: the share of the call's time gone by leans to now."""
    opened: datetime = call.opens_at
    share: float = rng.random() ** 0.35
    return opened + (clock.now() - opened) * share


def _numbers(rng: random.Random, call: Call, count: int) -> list[str]:
    alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
    found: dict[str, None] = {}
    while len(found) < count:
        found[f"{call.edition.prefix}-{''.join(rng.choices(alphabet, k=5))}"] = None
    return list(found)


def _entry(rng: random.Random, call: Call, film: Film, number: str) -> dict[str, Any]:
    title_ko, title_en = film.title
    logline_ko, logline_en = rng.choice(words.LOGLINES)
    submitted = min(film.started + timedelta(days=rng.random() * 6), clock.now()) if _received(film) else None
    return {
        "number": number,
        "edition_id": call.edition_id,
        "call_id": call.id,
        "category_id": film.category.id,
        "owner_id": film.owner_id,
        "state": film.state,
        "title_ko": title_ko,
        "title_en": title_en,
        "logline_ko": logline_ko.format(title=title_ko),
        "logline_en": logline_en.format(title=title_en.removeprefix("The ")),
        "synopsis_ko": logline_ko.format(title=title_ko) + " 이야기는 하룻밤 사이에 시작되고 끝난다.",
        "synopsis_en": logline_en.format(title=title_en.removeprefix("The ")) + " It begins and ends within a night.",
        "statement": "지우지 않은 문장이 결국 이 영화가 되었습니다.",
        "country": film.owner.country,
        "spoken_language": rng.choices([code for code, _ in LANGUAGES], [share for _, share in LANGUAGES])[0],
        "genre": rng.choice(GENRES),
        "runtime_s": int(film.minutes * 60),
        "music_cleared": _received(film),
        "fonts_cleared": _received(film),
        "declarations": ["rules", "true", "consent", "archive", "excerpt"] if _received(film) else [],
        "screener_checked": _received(film),
        "created_at": film.started,
        "updated_at": submitted or film.started,
        "submitted_at": submitted,
        "rules_version": 1 if _received(film) else None,
        "fix_due_at": clock.now() + timedelta(days=5) if film.state == EntryState.NEEDS_FIX else None,
        "search_text": search_text(
            [number, title_ko, title_en, film.owner.native, f"{film.owner.family} {film.owner.given}"]
        ),
    }


Received = list[tuple[Film, dict[str, Any], int]]


def _credits(session: Session, rng: random.Random, received: Received) -> None:
    rows = []
    for film, _, entry_id in received:
        latin = f"{film.owner.family.upper()} {film.owner.given}"
        roles = [CreditRole.DIRECTOR, *rng.sample([CreditRole.WRITER, CreditRole.EDITOR, CreditRole.AI_ARTIST], 2)]
        rows += [
            {"entry_id": entry_id, "position": n, "role": role, "native_name": film.owner.native, "latin_name": latin}
            for n, role in enumerate(roles)
        ]
    session.execute(sa.insert(Credit), rows)


def _disclosures(session: Session, rng: random.Random, received: Received, clips: Sequence[Clip]) -> None:
    made = [(entry_id, ledgers.invent(rng, row["title_ko"], row["runtime_s"])) for _, row, entry_id in received]
    signed = {"state": DisclosureState.SUBMITTED, "attested_at": clock.now()}
    rows = [
        {"entry_id": entry_id, "film_sha256": clips[film.clip].sha256, **signed, **invented.columns}
        for (film, _, _), (entry_id, invented) in zip(received, made, strict=True)
    ]
    ids = session.scalars(sa.insert(Disclosure).returning(Disclosure.id, sort_by_parameter_order=True), rows)
    people = [
        {"disclosure_id": disclosure_id, **performer}
        for disclosure_id, (_, invented) in zip(ids, made, strict=True)
        for performer in invented.performers
    ]
    session.execute(sa.insert(Performer), people)
    _revisions(session, {entry_id: row for _, row, entry_id in received})


def _revisions(session: Session, handed_in: dict[int, dict[str, Any]]) -> None:
    """What was declared, as it was handed in with each entry."""
    people = selectinload(Disclosure.performers).selectinload(Performer.consents)
    for found in session.scalars(sa.select(Disclosure).where(Disclosure.entry_id.in_(handed_in)).options(people)):
        declared = Declared(ledger_from(found.ledger, found.performers), found.human_statement)
        row = handed_in[found.entry_id]
        by, at = Actor("person", row["owner_id"]), row["submitted_at"] or row["updated_at"]
        session.add(revision_of(found, None, declared, by=by, reason="SUBMITTED", role=MAKER, at=at))


def _assets(session: Session, received: Received, clips: Sequence[Clip], shelf: Shelf) -> None:
    assets, renditions = [], []
    for film, row, entry_id in received:
        clip = clips[film.clip]
        (original, _), *made = shelf.keys(clip)
        assets.append(_asset(clip, entry_id, original, row))
        renditions.append(made)
    ids = session.scalars(sa.insert(Asset).returning(Asset.id, sort_by_parameter_order=True), assets)
    kinds = (
        (RenditionKind.SCREENER, "video/mp4", WIDTH, HEIGHT),
        (RenditionKind.FRAME, "image/webp", 1280, 720),
        (RenditionKind.SMALL, "image/webp", 640, 360),
    )
    session.execute(
        sa.insert(Rendition),
        [
            {
                "asset_id": asset_id,
                "code": signing.random_code(),
                "kind": kind,
                "storage_key": key,
                "content_type": content_type,
                "size": source.stat().st_size,
                "width": width,
                "height": height,
            }
            for asset_id, made in zip(ids, renditions, strict=True)
            for (kind, content_type, width, height), (key, source) in zip(kinds, made, strict=True)
        ],
    )


def _asset(clip: Clip, entry_id: int, key: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "entry_id": entry_id,
        "code": signing.random_code(),
        "slot": Slot.FILM,
        "state": AssetState.PLAYABLE,
        "uploaded_by_id": row["owner_id"],
        "file_name": f"{row['title_ko']}_최종.mp4",
        "content_type": "video/mp4",
        "size": clip.size,
        "sha256": clip.sha256,
        "storage_key": key,
        "duration_ms": SECONDS * 1000,
        "width": WIDTH,
        "height": HEIGHT,
        "fps_num": RATE,
        "fps_den": 1,
        "audio_channels": 2,
        "probe": {"provenance": {"state": "NO_MANIFEST", "kind": "video", "tags": {}, "requests": 0}},
        "progress_bp": 10_000,
        "received_at": row["created_at"],
        "settled_at": row["created_at"],
    }


def _receipts(session: Session, received: Received, clips: Sequence[Clip]) -> None:
    rows = []
    for film, row, entry_id in received:
        snapshot = ledgers.receipt(row["number"], row["title_ko"], clips[film.clip].sha256)
        rows.append(
            {
                "entry_id": entry_id,
                "number": f"{row['number']}-1",
                "sequence": 1,
                "snapshot": snapshot,
                "digest": digest(snapshot),
                "film_sha256": clips[film.clip].sha256,
                "regulations_version": 1,
                "person_id": film.owner_id,
                "created_at": row["submitted_at"],
            }
        )
    session.execute(sa.insert(Receipt), rows)


def _verdicts(session: Session, rng: random.Random, received: Received, cast: Cast) -> None:
    outcomes = {
        EntryState.ELIGIBLE: VerdictOutcome.ELIGIBLE,
        EntryState.INELIGIBLE: VerdictOutcome.INELIGIBLE,
        EntryState.NEEDS_FIX: VerdictOutcome.NEEDS_FIX,
    }
    rows = [
        {
            "entry_id": entry_id,
            "outcome": outcomes[film.state],
            "reason": "" if film.state == EntryState.ELIGIBLE else rng.choice(REASONS),
            "proposed_by_id": cast.staff["organizer"],
            "proposed_at": row["submitted_at"],
            "confirmed_by_id": cast.staff["organizer2"] if film.state == EntryState.INELIGIBLE else None,
            "confirmed_at": row["submitted_at"] if film.state == EntryState.INELIGIBLE else None,
        }
        for film, row, entry_id in received
        if film.state in outcomes
    ]
    session.execute(sa.insert(Verdict), rows)
