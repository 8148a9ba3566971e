"""Commands on Actor-IP packs: what an owner lends to a category, the licence's versions, and each team's acceptance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal import audit, clock, db
from portal.disclosure.packs import queries
from portal.disclosure.packs.models import Pack, PackFile, PackLicence, PackTeam, PackUse
from portal.errors import Invalid, Stale
from portal.i18n import N_
from portal.policies import Actor

OVER = N_("The licence of this material is over.")


@dataclass(frozen=True, slots=True)
class PackDraft:
    """The pack as an organizer writes it; `domains` and `people` name the owner's staff, who never judge its films."""

    name_ko: str
    name_en: str
    owner: str
    ends_on: date
    domains: tuple[str, ...] = ()
    people: tuple[str, ...] = ()


def save(session: Session, category_id: int, draft: PackDraft, *, by: Actor) -> Pack:
    """Make the category's pack, or change it."""
    db.one_at_a_time(session, f"pack:{category_id}")
    pack = queries.of_category(session, category_id)
    before = _plain(pack) if pack else None
    if pack is None:
        pack = Pack(category_id=category_id, versions=[], files=[])
        session.add(pack)
    pack.name_ko, pack.name_en, pack.owner, pack.ends_on = draft.name_ko, draft.name_en, draft.owner, draft.ends_on
    pack.domains, pack.people = list(draft.domains), list(draft.people)
    session.flush()
    if before != _plain(pack):
        audit.record(session, by, "pack.edited", pack, before=before, after=_plain(pack))
    return pack


def _plain(pack: Pack) -> dict[str, object]:
    names = ("name_ko", "name_en", "owner", "ends_on", "domains", "people")
    return {name: getattr(pack, name) for name in names}


def write_licence(session: Session, pack: Pack, text_ko: str, text_en: str, *, by: Actor) -> PackLicence:
    """Put a new version of the licence in force: every team accepts it anew. The same words are the same version."""
    _locked(session, pack)
    last = queries.in_force(pack)
    if last is not None and (last.text_ko, last.text_en) == (text_ko, text_en):
        return last
    made = PackLicence(
        pack_id=pack.id,
        version=last.version + 1 if last else 1,
        text_ko=text_ko,
        text_en=text_en,
        written_by_id=by.person_id,
    )
    pack.versions.append(made)
    session.flush()
    audit.record(session, by, "pack.licence", pack, version=made.version)
    return made


def publish(session: Session, pack: Pack, *, by: Actor) -> None:
    """From now on only teams with a living licence hand films in to the category; done twice it is done once."""
    _locked(session, pack)
    if pack.published_at is not None:
        return
    if queries.in_force(pack) is None:
        raise Invalid("text_ko", N_("Write the licence first."))
    if not queries.given_out(pack):
        raise Invalid("file", N_("Add at least one file first."))
    pack.published_at = clock.now()
    session.flush()
    audit.record(session, by, "pack.published", pack)


def accept(session: Session, pack: Pack, entry_id: int, version: int, *, today: date, by: Actor) -> PackTeam:
    """A team's owner accepts the version they read; raises Stale when a newer one is in force by now."""
    _locked(session, pack)
    licence = queries.in_force(pack)
    if pack.published_at is None or licence is None:
        raise Invalid("main", N_("This material is not offered yet."))
    if today > pack.ends_on:
        raise Invalid("main", OVER)
    if licence.version != version:
        raise Stale
    team = queries.team_of(session, pack.id, entry_id)
    if team is not None and queries.living(pack, team, today):
        return team
    if team is not None and team.ended_at is not None:
        raise Invalid("main", N_("The festival office has ended this licence. Write to us."))
    if team is None:
        team = PackTeam(pack_id=pack.id, entry_id=entry_id)
        session.add(team)
    team.licence, team.person_id, team.accepted_at = licence, by.person_id, clock.now()
    session.flush()
    audit.record(session, by, "pack.accepted", team, entry=entry_id, version=version)
    return team


def end(session: Session, team: PackTeam, reason: str, *, by: Actor) -> None:
    """The office ends a team's licence; done twice it is done once."""
    session.refresh(team, with_for_update=True)
    if team.ended_at is not None:
        return
    if not reason:
        raise Invalid("reason", N_("Say why the licence ends; the team reads it."))
    team.ended_at, team.end_reason = clock.now(), reason
    session.flush()
    audit.record(session, by, "pack.ended", team, entry=team.entry_id, reason=reason)


def note_use(session: Session, team: PackTeam, file: PackFile, *, at: datetime, by: Actor) -> None:
    """Note who took which file for which team."""
    session.add(PackUse(team_id=team.id, file_id=file.id, person_id=by.person_id, at=at))
    session.flush()
    audit.record(session, by, "pack.used", team, file=file.code)


def _locked(session: Session, pack: Pack) -> None:
    """Wait for whoever changes the pack now, and see what they left."""
    session.flush()
    session.execute(sa.select(Pack.id).where(Pack.id == pack.id).with_for_update())
    queries.of_category(session, pack.category_id)
