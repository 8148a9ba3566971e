"""The films of the programme: found by section, level of AI and words, each with its page."""

from __future__ import annotations

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from portal import clock, policies
from portal.calls import queries as calls
from portal.disclosure.exports import jsonld
from portal.disclosure.exports.files import PUBLIC_KINDS, document
from portal.disclosure.publication import Publication, published
from portal.disclosure.revisions import history
from portal.entries.fields import CREDIT_ROLES
from portal.entries.models import Entry
from portal.media import queries as media
from portal.media.models import Slot
from portal.programme import agenda, listing
from portal.programme import queries as programme
from portal.public import films as found_films
from portal.public.cards import EXCERPT, Picture, byline, cards, country, picture, titles
from portal.public.films import Level, Wanted
from portal.public.views.blueprint import bp
from portal.public.views.labels import work_of
from portal.web import current
from portal.web.access import guard
from portal.web.forms import tidy
from portal.web.pages import page
from portal.web.pagination import paged, wanted

PER_PAGE = 24


@bp.get("/films")
@guard(policies.anyone)
def films() -> ResponseReturnValue:
    """All films, filtered as the address says; htmx gets the list alone."""
    session, chosen = current.session(), _wanted()
    edition = calls.public_edition(session) or abort(404)
    rounds = found_films.listed_rounds(session, edition.id)
    found = paged(
        session,
        found_films.listed(edition.id, rounds, chosen),
        number=wanted(request.args.get("page")),
        size=PER_PAGE,
    )
    sections = found_films.sections(session, edition.id, rounds)
    return page(
        "public/films.html",
        block="list",
        edition=edition,
        chosen=chosen,
        found=found,
        films=cards(session, found.rows),
        sections=sections,
        total=sum(section.films for section in sections),
        levels=list(Level),
        address=_address,
    )


@bp.get("/films/<number>")
@guard(policies.anyone)
def film(number: str) -> ResponseReturnValue:
    """One film with its makers, its label and its screenings; a film that is gone says no more than that."""
    found = found_films.film(current.session(), number) or abort(404)
    return page("public/film_gone.html", status=410) if found.gone else _film_page(found.entry)


def _film_page(entry: Entry) -> ResponseReturnValue:
    session = current.session()
    disclosed = published(session, entry.id)
    title, lang, other, other_lang = titles(entry.title_ko, entry.title_en)
    return page(
        "public/film.html",
        entry=entry,
        title=(title, lang),
        other=(other, other_lang),
        makers=byline([(one.native_name, one.latin_name) for one in entry.credits if one.role == "director"]),
        roles=CREDIT_ROLES,
        country=country(entry.country),
        pictures=_pictures(session, entry),
        disclosed=disclosed,
        document=_embedded(entry, disclosed) if disclosed else None,
        label_kinds=PUBLIC_KINDS,
        levels=history.levels(session, entry.id),
        slots=_screenings(session, entry),
    )


def _embedded(entry: Entry, disclosed: Publication) -> Markup:
    """The label for machines as text of a script element, which no title can end."""
    return Markup(jsonld.script_text(document(work_of(entry, disclosed))))  # noqa: S704


def _pictures(session: Session, entry: Entry) -> list[Picture]:
    stills = list(media.stills(session, entry.id))
    if not stills and EXCERPT in entry.declarations:
        film = media.current_asset(session, entry.id, Slot.FILM)
        stills = [film] if film else []
    shown = [picture(session, still) for still in stills]
    return [one for one in shown if one is not None]


def _screenings(session: Session, entry: Entry) -> list[tuple[object, listing.Slot]]:
    listed = programme.current_showings(session, entry.edition_id)
    now = clock.now()
    shown = [one for one in listed if one.over_at > now and any(film.number == entry.number for film in one.films)]
    seats = programme.seats_of(session, [one.code for one in shown])
    return [
        (
            one.on(),
            listing.slot(
                one,
                seats.get(one.code, agenda.Seats()),
                href=url_for("audience.screening", code=one.code),
                at=now,
            ),
        )
        for one in shown
    ]


def _wanted() -> Wanted:
    level = request.args.get("ai", "")
    return Wanted(
        words=tidy(request.args.get("search"))[:100],
        category=tidy(request.args.get("section"))[:24],
        level=Level(level) if level in set(Level) else None,
    )


def _address(**changed: str | None) -> str:
    """This list with other filters; whatever is empty leaves the address."""
    chosen = _wanted()
    filters: dict[str, Any] = {"search": chosen.words, "section": chosen.category, "ai": chosen.level, **changed}
    return url_for("public.films", **{name: value for name, value in filters.items() if value})
