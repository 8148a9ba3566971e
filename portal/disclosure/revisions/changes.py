"""What differs between two declarations, field by field and in words, and which of it declares less AI than before.

Pure. A change is `lowered` where a share, a degree, a level, a tool or a person's part in it falls or goes away: what
after the deadline only an organizer can accept. Changes of a consent never are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from portal import i18n
from portal.disclosure.codes import ConsentStatus, Degree, Scope
from portal.disclosure.figures import Figures, measure
from portal.disclosure.label import percent_range
from portal.disclosure.ledger import Authorship, Ledger, Part, Performer, Share, Source, Tool
from portal.disclosure.phrases import TIERS, name_of, names_of
from portal.i18n import N_, translate

NOTHING = Part()


@dataclass(frozen=True, slots=True)
class Declared:
    """A declaration: its ledger and what people say they did."""

    ledger: Ledger
    statement: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One field, before and after, in the language in use; `public` where it names nobody, `of_consent` where it is
    no more than how far somebody's consent has come."""

    field: str
    before: str
    after: str
    lowered: bool = False
    public: bool = True
    of_consent: bool = False


def changes(before: Declared, after: Declared) -> list[Change]:
    """Everything that differs, the label first."""
    found = [*_whole(before, after)]
    pairs = zip_longest(before.ledger.parts, after.ledger.parts, fillvalue=NOTHING)
    several = max(len(before.ledger.parts), len(after.ledger.parts)) > 1
    for old, new in pairs:
        title = (new.title or old.title) if several else ""
        found += [_under(title, change) for change in _part(old, new)]
    return [change for change in found if change.before != change.after]


def _under(title: str, change: Change) -> Change:
    if not title:
        return change
    return replace(change, field=f"{title}: {change.field}")


def _whole(before: Declared, after: Declared) -> Iterator[Change]:
    old, new = measure(before.ledger), measure(after.ledger)
    yield Change(translate(N_("Label")), translate(TIERS[old.tier]), translate(TIERS[new.tier]), new.tier < old.tier)
    was, now = before.ledger.realistic, after.ledger.realistic
    yield Change(translate(N_("Scenes that look real")), _yes(was), _yes(now), was is True and now is not True)
    told = before.ledger.audience_disclosure, after.ledger.audience_disclosure
    yield Change(translate(N_("How the film itself tells its audience")), *told)
    yield Change(translate(N_("What people did")), before.statement, after.statement, public=False)


def _yes(answer: bool | None) -> str:
    return "" if answer is None else translate(N_("Yes")) if answer else translate(N_("No"))


def _part(old: Part, new: Part) -> Iterator[Change]:
    yield Change(translate(N_("Length of the picture")), _length(old.picture_s), _length(new.picture_s))
    yield Change(translate(N_("What the picture is made from")), _bases(old), _bases(new))
    yield from _degrees(old, new)
    yield from _shares(old, new)
    yield from _tools(old.tools, new.tools)
    yield from _people(old.performers, new.performers)
    yield Change(translate(N_("What the film builds on")), _sources(old.sources), _sources(new.sources), public=False)
    yield Change(translate(N_("Who made what")), _human(old.authorship), _human(new.authorship), public=False)


def _length(seconds: int | None) -> str:
    return i18n.duration(seconds) if seconds else ""


def _bases(part: Part) -> str:
    return ", ".join(name_of(base) for base in sorted(part.base))


def _degrees(old: Part, new: Part) -> Iterator[Change]:
    notes = tuple({use.scope: use.note for use in part.uses} for part in (old, new))
    for scope in Scope:
        was, now = old.degrees[scope], new.degrees[scope]
        yield Change(name_of(scope), name_of(was), name_of(now), now.rank < was.rank)
        yield Change(name_of(scope), notes[0].get(scope, ""), notes[1].get(scope, ""), public=False)


def _shares(old: Part, new: Part) -> Iterator[Change]:
    was, now = (measure(Ledger(parts=(part,))) for part in (old, new))
    falls = now.generated.hi < was.generated.hi or now.visible.hi < was.visible.hi or now.visible.lo < was.visible.lo
    yield Change(translate(N_("Share of the picture")), _share(was, old), _share(now, new), falls)
    shots = tuple(part.share.segments if part.share else () for part in (old, new))
    if shots[0] != shots[1]:
        yield Change(translate(N_("Shots")), _shots(old), _shots(new))


def _share(figures: Figures, part: Part) -> str:
    words = translate(N_("generated {generated}, altered {altered}")).format(
        generated=_stretch(percent_range(figures.generated), part.share, Degree.G),
        altered=_stretch(percent_range(figures.altered), part.share, Degree.M),
    )
    return f"{words} ({name_of(figures.method)})" if figures.method else words


def _stretch(percent: str, share: Share | None, degree: Degree) -> str:
    """A share in percent, and to the second where it is known so well: no change may hide in the rounding."""
    seconds = share.seconds(degree) if share and not share.is_estimate else 0
    return f"{percent} ({i18n.duration(seconds)})" if seconds else percent


def _shots(part: Part) -> str:
    listed = part.share.segments if part.share else ()
    return "\n".join(f"{i18n.duration(one.in_s)}–{i18n.duration(one.out_s)} {name_of(one.degree)}" for one in listed)


def _tools(old: Sequence[Tool], new: Sequence[Tool]) -> Iterator[Change]:
    was, now = _by_name(old), _by_name(new)
    for name in {**was, **now}:
        before, after = was.get(name), now.get(name)
        less = before is not None and (after is None or not before.scopes <= after.scopes)
        yield Change(translate(N_("Tool {name}")).format(name=name), _tool(before), _tool(after), less)


def _by_name(tools: Sequence[Tool]) -> dict[str, Tool]:
    return {tool.name: tool for tool in tools}


def _tool(tool: Tool | None) -> str:
    if tool is None:
        return ""
    return " · ".join(
        text for text in (tool.version or translate(N_("no version given")), names_of(tool.scopes)) if text
    )


def _people(old: Sequence[Performer], new: Sequence[Performer]) -> Iterator[Change]:
    was, now = _by_identity(old), _by_identity(new)
    for place, key in enumerate({**was, **now}, 1):
        before, after = was.get(key), now.get(key)
        field = translate(N_("Person {n}")).format(n=place)
        named = translate(N_("{person}, name and part")).format(person=field)
        yield Change(named, _named(before), _named(after), public=False)
        yield Change(field, _shown(before), _shown(after), _less(before, after))
        consent = translate(N_("{person}, consent")).format(person=field)
        yield Change(consent, _consent(before), _consent(after), of_consent=True)


def _by_identity(people: Sequence[Performer]) -> Mapping[tuple[str, str, int], Performer]:
    """Performers by name and part; several without either by their order."""
    found: dict[tuple[str, str, int], Performer] = {}
    for person in people:
        n = sum((person.name, person.role) == key[:2] for key in found)
        found[person.name, person.role, n] = person
    return found


def _named(person: Performer | None) -> str:
    return " · ".join(text for text in (person.name, person.role) if text) if person else ""


def _shown(person: Performer | None) -> str:
    if person is None:
        return ""
    likeness = ", ".join(name_of(one) for one in sorted(person.likeness))
    seconds = f"{_length(person.synth_s) or 0} / {_length(person.appear_s)}" if person.appear_s else ""
    minor = translate(N_("Under 18")) if person.minor else ""
    return " · ".join(text for text in (name_of(person.kind), likeness, seconds, minor) if text)


def _less(before: Performer | None, after: Performer | None) -> bool:
    if before is None:
        return False
    if after is None or (before.is_real and not after.is_real) or not before.likeness <= after.likeness:
        return True
    return (after.synth_s or 0) < (before.synth_s or 0) or (before.minor and not after.minor)


def _consent(person: Performer | None) -> str:
    return name_of(person.consent) if person and person.consent not in (None, ConsentStatus.NOT_REQ) else ""


def _sources(sources: Sequence[Source]) -> str:
    return "\n".join(_source(one) for one in sources)


def _source(source: Source) -> str:
    basis = name_of(source.basis) if source.basis else ""
    return " · ".join(text for text in (name_of(source.kind), source.title, source.holder, basis) if text)


def _human(entries: Sequence[Authorship]) -> str:
    return "\n".join(_contribution(one) for one in entries)


def _contribution(entry: Authorship) -> str:
    given = ", ".join(name_of(one) for one in sorted(entry.contributions))
    return f"{name_of(entry.scope)}: {' · '.join(text for text in (given, entry.text) if text)}"
