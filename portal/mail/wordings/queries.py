"""Reads of an edition's own words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.i18n import language, pick
from portal.mail.models import OutgoingMail, Wording
from portal.mail.render import Words
from portal.mail.wordings.placeholders import EDITABLE
from portal.policies import Actor, Role, Scope

# Editions belong to a later feature; their names are all that a mail knows of one.
_EDITIONS = sa.table(
    "editions", *(sa.column(name) for name in ("id", "name_ko", "name_en")), sa.column("starts_on", sa.Date())
)
_PEOPLE = sa.table("people", *(sa.column(name) for name in ("id", "native_name", "latin_family", "latin_given")))


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an edition says in a kind of mail: its names, and the published version in force, if there is one."""

    names: tuple[str, str] = ("", "")
    version: int | None = None
    ko: Words | None = None
    en: Words | None = None

    @property
    def festival(self) -> str:
        """The edition's name in the language in use."""
        return pick(*self.names)

    @property
    def spoken(self) -> Words | None:
        """Its words in the language in use; None where the portal's own are in force."""
        return self.ko if language() == "ko" else self.en


_NOTHING = Chosen()


def chosen(session: Session, edition_id: int | None, kind: str) -> Chosen:
    """What is in force for a kind of mail of an edition; one statement, none where nobody could choose words."""
    if edition_id is None or kind not in EDITABLE:
        return _NOTHING
    row = session.execute(_IN_FORCE, {"edition": edition_id, "kind": kind}).first()
    if row is None:
        return _NOTHING
    names = (row.name_ko, row.name_en)
    if row.version is None:
        return Chosen(names)
    ko, en = Words(row.subject_ko, row.body_ko), Words(row.subject_en, row.body_en)
    return Chosen(names, row.version, ko, en)


_TEXTS = (Wording.subject_ko, Wording.subject_en, Wording.body_ko, Wording.body_en)
_IN_FORCE = (
    sa.select(_EDITIONS.c.name_ko, _EDITIONS.c.name_en, Wording.version, *_TEXTS)
    .outerjoin_from(
        _EDITIONS,
        Wording,
        sa.and_(
            Wording.edition_id == _EDITIONS.c.id,
            Wording.kind == sa.bindparam("kind"),
            Wording.published_at.is_not(None),
        ),
    )
    .where(_EDITIONS.c.id == sa.bindparam("edition"))
    .order_by(Wording.version.desc())
    .limit(1)
)


def desk_edition(session: Session, actor: Actor) -> int | None:
    """The id of the edition whose words the actor edits: of those the actor organizes the one that starts last."""
    places = actor.places(Scope.EDITION, Role.ORGANIZER)
    newest = sa.select(_EDITIONS.c.id).where(_EDITIONS.c.id.in_(places))
    return session.scalar(newest.order_by(_EDITIONS.c.starts_on.desc(), _EDITIONS.c.id.desc()).limit(1))


@dataclass(frozen=True, slots=True)
class Version:
    """A version as a list shows it, with whose it is by name."""

    wording: Wording
    writer: str
    publisher: str


def versions(session: Session, edition_id: int, kind: str) -> list[Version]:
    """All versions of a kind's words, the newest first; a draft stands on top."""
    found = _named().where(Wording.edition_id == edition_id, Wording.kind == kind)
    return [_version(row) for row in session.execute(found.order_by(Wording.version.desc()))]


def newest(session: Session, edition_id: int) -> dict[str, list[Version]]:
    """For each kind with words of the edition's own, its draft, if any, and the version in force; one statement."""
    later = aliased(Wording)
    overtaken = sa.exists().where(
        later.edition_id == Wording.edition_id,
        later.kind == Wording.kind,
        later.version > Wording.version,
        later.published_at.is_not(None),
    )
    found: dict[str, list[Version]] = {}
    wanted = _named().where(Wording.edition_id == edition_id, ~overtaken).order_by(Wording.version.desc())
    for row in session.execute(wanted):
        found.setdefault(row[0].kind, []).append(_version(row))
    return found


def _named() -> sa.Select[*tuple[Any, ...]]:
    writer, publisher = _PEOPLE.alias(), _PEOPLE.alias()
    return (
        sa.select(Wording, *_names(writer), *_names(publisher))
        .outerjoin(writer, writer.c.id == Wording.written_by_id)
        .outerjoin(publisher, publisher.c.id == Wording.published_by_id)
    )


def _names(people: sa.FromClause) -> tuple[sa.ColumnElement[str], sa.ColumnElement[str]]:
    return people.c.native_name, sa.func.trim(sa.func.upper(people.c.latin_family) + " " + people.c.latin_given)


def _version(row: Sequence[Any]) -> Version:
    return Version(row[0], pick(row[1], row[2]), pick(row[3], row[4]))


def draft(session: Session, edition_id: int, kind: str) -> Wording | None:
    """The draft of a kind's next version, as it is now."""
    open_ = (Wording.edition_id == edition_id, Wording.kind == kind, Wording.published_at.is_(None))
    return session.scalar(sa.select(Wording).where(*open_).execution_options(populate_existing=True))


def version(session: Session, edition_id: int, kind: str, number: int) -> Wording | None:
    """One version of a kind's words."""
    return session.scalar(sa.select(Wording).filter_by(edition_id=edition_id, kind=kind, version=number))


def last_mail(session: Session, edition_id: int, kind: str) -> OutgoingMail | None:
    """The newest real mail of a kind, to look at beside the samples."""
    found = sa.select(OutgoingMail).filter_by(edition_id=edition_id, kind=kind)
    return session.scalar(found.order_by(OutgoingMail.id.desc()).limit(1))
