"""What the disclosure's form shows around its fields: the choices, the live label, the shot map and what is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from fractions import Fraction
from typing import Any

from flask import Response, url_for

from portal import i18n
from portal.disclosure import borrowing, films, places, tools
from portal.disclosure.answers import OF_FILM, OF_WHOLE, SECTIONS, Answers
from portal.disclosure.borrowing import Lent
from portal.disclosure.codes import Base, Basis, Contribution, Degree, Likeness, PerformerKind, Scope, SourceKind
from portal.disclosure.crosscheck.file_facts import CAPTURED, GENERATIVE, facts_of
from portal.disclosure.figures import PHASES, measure
from portal.disclosure.label import public_label
from portal.disclosure.ledger import Ledger
from portal.disclosure.models import Disclosure
from portal.disclosure.phrases import choices, hint_of, name_of
from portal.disclosure.problems import Facts, Problem
from portal.disclosure.readiness import assess
from portal.disclosure.revisions import drafts
from portal.disclosure.rows import answers_of, ledger_shown
from portal.disclosure.rules.policies import PolicyResult
from portal.disclosure.shot_map import shot_maps
from portal.entries import judging, queries
from portal.entries.checklist import Task
from portal.entries.models import Entry
from portal.entries.views import frame
from portal.entries.views.files import reel_of
from portal.entries.views.forms import DisclosureForm, Timing
from portal.i18n import ngettext
from portal.media import queries as media
from portal.media import tickets
from portal.media.models import Asset, RenditionKind, Slot
from portal.web import current


@dataclass(frozen=True, slots=True)
class Draft:
    """What a request works on: the entry with its rows, what is known of the file, and which film of an omnibus."""

    entry: Entry
    known: queries.Known
    facts: Facts
    film: str = ""

    @property
    def disclosure(self) -> Disclosure | None:
        """The stored disclosure, or the working copy of its amendment; None before anything was said."""
        return drafts.working(self.known.disclosure) if self.known.disclosure else None

    @property
    def amending(self) -> bool:
        """Whether these answers are a change of what was handed in."""
        return self.known.disclosure is not None and self.known.disclosure.amendment is not None

    @property
    def ledger(self) -> Mapping[str, Any]:
        """The stored ledger."""
        return self.disclosure.ledger if self.disclosure else {}

    @property
    def heads(self) -> list[films.Head]:
        """The films of an omnibus; none for a film alone."""
        return films.heads(self.ledger)

    @property
    def place(self) -> int:
        """Which part of the ledger this page is about; the whole of an omnibus is none of them."""
        return films.place_of(self.ledger, self.film) if self.film or not self.heads else -1

    @property
    def sections(self) -> tuple[str, ...]:
        """What this page asks: everything of a film alone; of an omnibus the films one by one, and the whole."""
        if not self.heads:
            return SECTIONS
        return OF_FILM if self.film else OF_WHOLE

    @property
    def stored(self) -> Answers:
        """The answers as they are kept."""
        return answers_of(self.disclosure, self.film) if self.disclosure else Answers()

    @property
    def shown(self) -> Answers:
        """The stored answers, with what the file tells to start from, and unsigned where the film was replaced."""
        stored, master = self.stored, self.facts.master_sha256
        signed_for = self.disclosure.film_sha256 if self.disclosure else None
        another = bool(signed_for and master and signed_for != master)
        length = stored.picture_s or (None if self.heads else self.facts.probed_s)
        base = stored.base or (() if self.heads else base_of(queries.film_of(self.known.assets)))
        return replace(stored, base=base, picture_s=length, attested=stored.attested and not another)

    @property
    def timing(self) -> Timing:
        """What a list of shots is read with."""
        asset = queries.film_of(self.known.assets)
        return Timing(_rate(asset), self.facts.probed_s)

    def missing(self, answers: Answers) -> list[Problem]:
        """Everything that would keep these answers from being handed in."""
        signed_for = self.disclosure.film_sha256 if self.disclosure else None
        facts = replace(self.facts, disclosed_sha256=signed_for)
        ledger = ledger_shown(answers, self.disclosure, self.film)
        found = assess(ledger, answers.human_statement, (), facts, begun=True).form
        return [problem for problem in found if problem.blocking]


def base_of(film: Asset | None) -> tuple[Base, ...]:
    """Filmed with a camera, where trusted credentials of the file say so and nothing of generated material."""
    probed = (film.probe or {}).get("provenance") if film else None
    if film is None or not probed:
        return ()
    told = facts_of(film.id, "", clip=False, made_with="", probed=probed)
    filmed = told.trusted and told.sources & CAPTURED and not told.sources & GENERATIVE
    return (Base.LIVE,) if filmed else ()


def _rate(asset: Asset | None) -> Fraction | None:
    return Fraction(asset.fps_num, asset.fps_den) if asset and asset.fps_num and asset.fps_den else None


def draft_of(entry: Entry, film: str = "") -> Draft:
    """The entry with what its form needs to know."""
    known = queries.known_of(current.session(), entry)
    return Draft(entry, known, queries.facts_of(entry, queries.film_of(known.assets)), film)


def missing_fields(draft: Draft, answers: Answers) -> dict[str, str]:
    """The first sentence about each field of this page; a film of an omnibus answers for itself only."""
    found = draft.missing(answers)[::-1]
    if draft.place < 0:
        return _missing_in_whole(found)
    mine = [one for one in found if not draft.film or one.field.startswith(f"parts.{draft.place}.")]
    return {places.field_of(one.field, draft.place): one.message for one in mine}


def _missing_in_whole(found: Sequence[Problem]) -> dict[str, str]:
    common = [one for one in found if not one.field.startswith("parts.")]
    told = {"films" if one.field == "picture_s" else places.field_of(one.field): one.message for one in common}
    left = len(found) - len(common)
    if left and "films" not in told:
        told["films"] = ngettext("{n} answer is missing in the films.", "{n} answers are missing in the films.", left)
        told["films"] = told["films"].format(n=left)
    return told


def form_page(
    draft: Draft,
    form: DisclosureForm,
    answers: Answers | None = None,
    *,
    seen: str,
    status: int = 200,
    errors: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """The page of the form; `seen` is the stamp of the answers it was drawn from."""
    answers = answers or form.answers(draft.shown)
    errors = errors or {}
    return frame.task_page(
        draft.entry,
        Task.AI,
        status=status,
        form=form,
        seen=seen,
        known=draft.known,
        film=draft.facts.master_sha256 or "",
        sections=draft.sections,
        amending=draft.amending,
        head=draft.heads[draft.place] if draft.film else None,
        films=_films(draft),
        address=url_for("entries.save_ai", number=draft.entry.number, film=draft.film or None),
        errors=errors,
        summary=[(places.anchor_of(field), sentence) for field, sentence in errors.items()],
        **offered(),
        lent=lent_to(draft),
        still=_still(draft),
        reel=reel_of(draft.entry) if draft.place >= 0 else None,
        **preview(draft, answers),
        **context,
    )


def _films(draft: Draft) -> list[tuple[films.Head, int]]:
    """The films of an omnibus, each with the number of things it still lacks."""
    if not draft.heads or draft.film:
        return []
    lacking = draft.missing(draft.shown)
    return [
        (head, sum(one.field.startswith(f"parts.{place}.") for one in lacking))
        for place, head in enumerate(draft.heads)
    ]


def lent_to(draft: Draft) -> Lent | None:
    """Tools and people of this maker's last film, offered while the form has neither."""
    stored = draft.stored
    if stored.tools or stored.performers or "tools" not in draft.sections:
        return None
    return borrowing.latest(current.session(), current.actor().person_id, besides=draft.entry.id)


def offered() -> dict[str, Any]:
    """What the form offers to choose from, in the language in use."""
    return {
        "scopes": [(scope.value, name_of(scope), hint_of(scope)) for scope in Scope],
        "degrees": [(one.value, name_of(one), hint_of(one), PHASES[one]) for one in Degree],
        "bases": _ticks(Base),
        "scope_ticks": _ticks(Scope),
        "kinds": choices(PerformerKind),
        "likenesses": _ticks(Likeness),
        "source_kinds": choices(SourceKind),
        "source_bases": choices(Basis),
        "contributions": _ticks(Contribution),
        "known_tools": tools.TOOLS,
    }


def _ticks(codes: type[StrEnum]) -> list[tuple[str, str, None]]:
    return [(value, text, None) for value, text in choices(codes)]


def _still(draft: Draft) -> str | None:
    if not any(asset.slot == Slot.STILL for asset in draft.known.assets):
        return None
    asset = media.current_asset(current.session(), draft.entry.id, Slot.STILL)
    wide = media.made_of(asset, RenditionKind.WIDE, RenditionKind.SMALL) if asset else None
    return tickets.picture_path(current.settings().secret_key, wide) if wide else None


def preview(draft: Draft, answers: Answers) -> dict[str, Any]:
    """The label these answers would give in both languages, the shot map, and how they fare in the category."""
    ledger = ledger_shown(answers, draft.disclosure, draft.film)
    figures = measure(ledger)
    other = i18n.other()
    with i18n.using(other):
        elsewhere = public_label(figures)
    mine = figures.parts[draft.place] if draft.film else None
    return {
        "complete": ledger.is_complete,
        "label": public_label(figures),
        "part_label": public_label(mine) if mine else None,
        "other_label": elsewhere,
        "other_lang": other,
        "maps": shot_maps(Ledger(parts=ledger.parts[draft.place : draft.place + 1])) if draft.place >= 0 else [],
        "rules": _rules(draft, ledger),
        "rules_version": draft.entry.rules_version or draft.entry.category.rules_version,
    }


def _rules(draft: Draft, ledger: Ledger) -> list[PolicyResult]:
    disclosure, assets = draft.known.disclosure, draft.known.assets
    return judging.results(current.session(), draft.entry, disclosure, ledger, assets, changing=True)
