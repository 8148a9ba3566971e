"""Reads of editions, calls, categories and regulations."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload, load_only, selectinload

from portal import clock
from portal.calls.models import Call, Category, Edition, Regulations
from portal.policies import Actor, desk_editions


def current_edition(session: Session) -> Edition | None:
    """The edition the desk works on: the one that starts last, published or not."""
    return session.scalar(_newest())


def public_edition(session: Session) -> Edition | None:
    """The edition the public pages show: the published one that starts last."""
    return session.scalar(_newest().where(Edition.published_at.is_not(None)))


def _newest() -> sa.Select[Edition]:
    return sa.select(Edition).order_by(Edition.starts_on.desc(), Edition.id.desc()).limit(1)


def edition_by_slug(session: Session, slug: str) -> Edition | None:
    """The edition with this place in addresses."""
    return session.scalar(sa.select(Edition).where(Edition.slug == slug))


def visible_to(actor: Actor) -> sa.ColumnElement[bool]:
    """Which calls an actor may see: the published ones, and those of the editions whose desk is the actor's."""
    return sa.or_(Call.published_at.is_not(None), Call.edition_id.in_(desk_editions(actor)))


def open_calls(session: Session) -> Sequence[Call]:
    """Published calls that take entries now, the one that closes first on top; with categories and edition."""
    return session.scalars(_with_categories().where(*_open_now()).order_by(Call.closes_at, Call.id)).all()


def open_lines(session: Session) -> Sequence[Call]:
    """The same calls with what a line about each needs: names, deadline, categories' names; one statement."""
    wanted = sa.select(Call).where(*_open_now()).order_by(Call.closes_at, Call.id).options(*_LINE)
    return session.scalars(wanted).unique().all()


_LINE = (
    load_only(Call.slug, Call.name_ko, Call.name_en, Call.closes_at, raiseload=True),
    joinedload(Call.categories).load_only(Category.name_ko, Category.name_en, Category.gel, raiseload=True),
)


def _open_now() -> tuple[sa.ColumnElement[bool], ...]:
    now = clock.now()
    return Call.published_at.is_not(None), Call.opens_at <= now, Call.closes_at > now


def calls_of(session: Session, edition_id: int) -> Sequence[Call]:
    """All calls of an edition, with their categories."""
    return session.scalars(_with_categories().where(Call.edition_id == edition_id).order_by(Call.id)).all()


def of_editions(session: Session, edition_ids: Collection[int]) -> Sequence[Call]:
    """The calls of these editions, newest first, without their categories."""
    return session.scalars(sa.select(Call).where(Call.edition_id.in_(edition_ids)).order_by(Call.id.desc())).all()


def call_by_slug(session: Session, slug: str) -> Call | None:
    """A call with its edition and categories."""
    return session.scalar(_with_categories().where(Call.slug == slug))


def _with_categories() -> sa.Select[Call]:
    return sa.select(Call).options(joinedload(Call.edition), selectinload(Call.categories))


def category(session: Session, category_id: int) -> Category | None:
    """A category with its call and edition."""
    return session.scalar(
        sa.select(Category)
        .options(joinedload(Category.call).joinedload(Call.edition))
        .where(Category.id == category_id)
    )


def category_by_code(session: Session, code: str) -> Category | None:
    """The newest category with this code; codes come back every year."""
    return session.scalar(sa.select(Category).where(Category.code == code).order_by(Category.id.desc()).limit(1))


def latest_regulations(session: Session, call_id: int) -> Regulations | None:
    """The version of a call's rules in force."""
    return session.scalar(_versions(call_id).limit(1))


def regulations(session: Session, call_id: int) -> Sequence[Regulations]:
    """All published versions of a call's rules, newest first."""
    return session.scalars(_versions(call_id)).all()


def _versions(call_id: int) -> sa.Select[Regulations]:
    return sa.select(Regulations).where(Regulations.call_id == call_id).order_by(Regulations.version.desc())
