"""Commands on an edition's own words: write a draft, publish it as a version, start over from an earlier one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db, links
from portal.errors import Invalid, InvalidMany, Stale
from portal.i18n import N_
from portal.mail.models import Wording
from portal.mail.render import without_links
from portal.mail.wordings import queries
from portal.mail.wordings.placeholders import EDITABLE
from portal.policies import Actor

SUBJECT_MOST, BODY_MOST = 100, 4000
_MISSING = {
    "subject_ko": N_("The Korean subject is missing. Words are published in both languages."),
    "subject_en": N_("The English subject is missing. Words are published in both languages."),
    "body_ko": N_("The Korean words are missing. Words are published in both languages."),
    "body_en": N_("The English words are missing. Words are published in both languages."),
}


@dataclass(frozen=True, slots=True)
class Texts:
    """What an organizer writes, in both languages; subjects are one line."""

    subject_ko: str = ""
    subject_en: str = ""
    body_ko: str = ""
    body_en: str = ""

    @classmethod
    def of(cls, wording: Wording) -> Texts:
        """A version's texts."""
        return cls(wording.subject_ko, wording.subject_en, wording.body_ko, wording.body_en)


@dataclass(frozen=True, slots=True)
class Seen:
    """The draft a page was drawn from: version and revision, both 0 where there was none."""

    version: int = 0
    rev: int = 0

    @classmethod
    def of(cls, draft: Wording | None) -> Seen:
        """What a page of this draft shows."""
        return cls(draft.version, draft.rev) if draft else cls()


def save(session: Session, edition_id: int, kind: str, texts: Texts, *, seen: Seen, by: Actor) -> Wording:
    """Keep the draft of the next version, which may lack a language yet; the same twice is once.

    Raises InvalidMany for what no mail may say, Stale with the other's texts where somebody else wrote meanwhile.
    """
    problems = list(_problems(session, kind, texts))
    if problems:
        raise InvalidMany(problems)
    kept = _written(session, edition_id, kind, texts, seen, by)
    draft = queries.draft(session, edition_id, kind)
    if draft is None or (kept is None and Texts.of(draft) != texts):
        raise Stale(theirs=asdict(Texts.of(draft)) if draft else {})
    if kept is not None:
        audit.record(session, by, "wording.saved", draft, kind=kind, version=draft.version)
    return draft


def _problems(session: Session, kind: str, texts: Texts) -> Iterator[Invalid]:
    rules = EDITABLE[kind]
    for name, text in asdict(texts).items():
        if unknown := rules.unknown(text):
            yield Invalid(name, N_("These placeholders do not exist in this mail: {names}"), names=", ".join(unknown))
        if foreign := _foreign(session, text):
            yield Invalid(name, N_("Mails link to the portal alone. Take this out: {address}"), address=foreign)
        lacking = rules.lacking(text) if text and name.startswith("body") else []
        if lacking:
            yield Invalid(name, N_("The mail needs what these stand for. Keep: {names}"), names=", ".join(lacking))


def _foreign(session: Session, text: str) -> str | None:
    """The first address in the text that is not the portal's own."""
    origin = links.of(session).base_url
    return next((word for word in text.split() if without_links(origin, word) != word), None)


def _written(session: Session, edition_id: int, kind: str, texts: Texts, seen: Seen, by: Actor) -> int | None:
    """The id of the draft that holds the texts now, or None where another draft stands there."""
    values = {**asdict(texts), "written_by_id": by.person_id}
    if seen == Seen():
        last = sa.select(sa.func.coalesce(sa.func.max(Wording.version), 0) + 1).filter_by(
            edition_id=edition_id, kind=kind
        )
        row = {
            **values, "edition_id": edition_id, "kind": kind, "version": session.scalar(last), "rev": 1,
            "created_at": clock.now(),
        }  # fmt: skip
        new = db.insert(session, Wording).values(row).on_conflict_do_nothing().returning(Wording.id)
        made: int | None = session.scalar(new)
        return made
    mine = (Wording.edition_id == edition_id, Wording.kind == kind, Wording.version == seen.version)
    differs = sa.or_(*(getattr(Wording, name) != text for name, text in asdict(texts).items()))
    changed = sa.update(Wording).where(*mine, Wording.rev == seen.rev, Wording.published_at.is_(None), differs)
    return session.scalar(
        changed.values(**values, rev=Wording.rev + 1).returning(Wording.id).execution_options(synchronize_session=False)
    )


def publish(session: Session, edition_id: int, kind: str, *, seen: Seen, by: Actor) -> Wording:
    """Put the draft in force for every mail queued from now on; twice is once.

    Raises InvalidMany where a language is missing, Stale where the draft is not the one that was seen.
    """
    found = queries.version(session, edition_id, kind, seen.version)
    if found is None:
        raise Stale
    session.refresh(found)
    missing = [Invalid(name, _MISSING[name]) for name, text in asdict(Texts.of(found)).items() if not text]
    if missing:
        raise InvalidMany(missing)
    won = session.scalar(
        sa.update(Wording)
        .where(Wording.id == found.id, Wording.rev == seen.rev, Wording.published_at.is_(None))
        .values(published_at=clock.now(), published_by_id=by.person_id, rev=Wording.rev + 1)
        .returning(Wording.id)
        .execution_options(synchronize_session=False)
    )
    session.refresh(found)
    if found.published_at is None or found.rev != seen.rev + 1:
        raise Stale(theirs=asdict(Texts.of(found)))
    if won is not None:
        audit.record(session, by, "wording.published", found, kind=kind, version=found.version)
    return found


def start_over(session: Session, edition_id: int, kind: str, texts: Texts, *, source: str, by: Actor) -> Wording:
    """A new draft of an earlier version's words, or of the portal's; `source` says which. Twice is once.

    Raises Invalid where another draft is being written: nobody's words are written over.
    """
    kept = _written(session, edition_id, kind, texts, Seen(), by)
    draft = queries.draft(session, edition_id, kind)
    if draft is None or (kept is None and Texts.of(draft) != texts):
        raise Invalid("main", N_("A draft is being written. Publish it or throw it away first."))
    if kept is not None:
        audit.record(session, by, "wording.started_over", draft, kind=kind, version=draft.version, source=source)
    return draft


def throw_away(session: Session, edition_id: int, kind: str, *, seen: Seen, by: Actor) -> None:
    """Delete the draft; what is in force stays. Twice is once; raises Stale where somebody wrote on meanwhile."""
    draft = queries.draft(session, edition_id, kind)
    if draft is None or draft.version != seen.version:
        return
    gone = session.scalar(
        sa.delete(Wording)
        .where(Wording.id == draft.id, Wording.rev == seen.rev, Wording.published_at.is_(None))
        .returning(Wording.id)
        .execution_options(synchronize_session=False)
    )
    if gone is None:
        raise Stale
    session.expunge(draft)
    audit.record(session, by, "wording.thrown_away", Wording.__tablename__, kind=kind, version=seen.version)
