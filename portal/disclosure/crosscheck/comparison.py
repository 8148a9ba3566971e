"""The cross-check X00 to X14: what a disclosure declares, held against what the entry's files say. Pure.

It asks, it never judges: no finding rejects a film or is shown in public, and a film without any credentials is normal,
since every export takes them off. X06 (no proof that a camera was there) is not reported at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from portal.disclosure import tools
from portal.disclosure.codes import FULL, Base, Scope
from portal.disclosure.crosscheck.file_facts import CAPTURED, GENERATIVE, POSSIBLY, FileFacts, slug_of
from portal.disclosure.crosscheck.models import Severity
from portal.disclosure.figures import Tier, measure
from portal.disclosure.ledger import Ledger
from portal.disclosure.tools import KnownTool

# The first day anybody could use it; only where a maker's own announcement is known.
RELEASED = {
    "chatgpt": date(2022, 11, 30),
    "firefly": date(2023, 3, 21),
    "veo": date(2024, 5, 14),
    "sora": date(2024, 12, 9),
}
_UNREADABLE = ("UNSUPPORTED", "MALFORMED", "ERROR", "OTHER_FAILURE")


@dataclass(frozen=True, slots=True)
class Declared:
    """What of the disclosure the files are held against; `tier` is None while the form has gaps."""

    tier: Tier | None
    tools: tuple[str, ...]
    fully_generated: bool
    sound_by_ai: bool
    deadline: datetime | None = None

    @property
    def hardly_any(self) -> bool:
        """Whether the form says that nothing in the film is made by AI."""
        return self.tier in (Tier.L0, Tier.L1)

    def tool_like(self, wanted: Iterable[KnownTool]) -> str | None:
        """The declared name of one of these tools."""
        slugs = {slug_of(tool) for tool in wanted}
        return next((name for name in self.tools if (tool := tools.known(name)) and slug_of(tool) in slugs), None)


@dataclass(frozen=True, slots=True)
class Difference:
    """One finding about one file; `found` and `declared` are the facts that its sentence is made of, as JSON."""

    kind: str
    severity: Severity
    asset_id: int
    subject: str = ""
    found: dict[str, Any] = field(default_factory=dict)
    declared: dict[str, Any] = field(default_factory=dict)


def declared_of(ledger: Ledger, *, deadline: datetime | None) -> Declared:
    """The part of a ledger that files can speak about."""
    figures = measure(ledger)
    names = dict.fromkeys(tool.name for part in ledger.parts for tool in part.tools if tool.name)
    bases = [part.base for part in ledger.parts]
    sound = [part.degrees[scope] for part in ledger.parts for scope in (Scope.VOI, Scope.MUS)]
    no_camera = bool(bases) and all(base == {Base.NONE} for base in bases)
    return Declared(
        tier=figures.tier if ledger.is_complete else None,
        tools=tuple(names),
        fully_generated=no_camera or figures.generated.lo == FULL,
        sound_by_ai=any(degree.generative for degree in sound),
        deadline=deadline,
    )


def crosscheck(declared: Declared, files: Iterable[FileFacts]) -> list[Difference]:
    """Every finding, file by file in the order given, then by code."""
    return [found for file in files for check in _CHECKS for found in check(file, declared)]


def _finding(
    kind: str, severity: Severity, file: FileFacts, subject: str = "", *, declared: dict[str, Any], **found: Any
) -> Difference:
    facts = {"file": file.name, "state": file.state, "signer": file.signer, **found}
    return Difference(kind, severity, file.asset_id, subject, facts, declared)


def _nothing_embedded(file: FileFacts, _declared: Declared) -> Iterator[Difference]:
    if file.state == "NO_MANIFEST" and not file.tagged:
        yield _finding("X00", Severity.INFO, file, declared={})


def _generated_all_the_same(file: FileFacts, declared: Declared) -> Iterator[Difference]:
    """X01 and X02, or X03 where the file only might be meant so."""
    if not declared.hardly_any or declared.tier is None:
        return
    says = {"tier": int(declared.tier)}
    signed = sorted(file.sources & GENERATIVE) if file.readable else []
    if signed:
        kind, severity = ("X01", Severity.HIGH) if file.trusted else ("X02", Severity.MEDIUM)
        yield _finding(kind, severity, file, declared=says, sources=signed)
    elif file.tagged:
        sources, systems = sorted(file.tag_sources & GENERATIVE), list(file.systems)
        yield _finding("X02", Severity.MEDIUM, file, declared=says, sources=sources, systems=systems, tag=True)
    else:
        yield from _perhaps(file, says)


def _perhaps(file: FileFacts, says: dict[str, Any]) -> Iterator[Difference]:
    possibly = sorted(file.sources & POSSIBLY) if file.readable else []
    possibly += sorted(file.tag_sources & POSSIBLY)
    hints = [tool.name for tool in file.hinted_tools]
    if possibly or hints:
        yield _finding("X03", Severity.LOW, file, declared=says, sources=possibly, systems=hints, tag=not possibly)


def _tools(file: FileFacts, declared: Declared) -> Iterator[Difference]:
    """X04 for a tool the form does not name, X12 for one that a trusted clip confirms."""
    says = {"tools": list(declared.tools)}
    named = file.named_tools
    for tool in named:
        if declared.tool_like([tool]) is None:
            tag = not file.readable
            yield _finding("X04", Severity.MEDIUM, file, tool.name, declared=says, tool=tool.name, tag=tag)
    signed = () if named else file.signed_tools
    if signed and declared.tool_like(signed) is None:
        vendor = signed[0].vendor
        yield _finding("X04", Severity.MEDIUM, file, vendor, declared=says, vendor=vendor)
    if file.clip and file.trusted and (confirmed := declared.tool_like(named or signed)):
        subject = file.made_with if file.made_with in declared.tools and not named else confirmed
        yield _finding("X12", Severity.POSITIVE, file, subject, declared=says, tool=subject)


def _captured_all_the_same(file: FileFacts, declared: Declared) -> Iterator[Difference]:
    captured = sorted(file.sources & CAPTURED)
    if declared.fully_generated and file.trusted and captured:
        yield _finding("X05", Severity.MEDIUM, file, declared={}, sources=captured)


def _damaged(file: FileFacts, _declared: Declared) -> Iterator[Difference]:
    """X07 and X08: a clip comes straight from its generator, so a break there means more than in an edited film."""
    if file.state == "REVOKED" or (file.state == "BROKEN" and file.clip):
        yield _finding("X08", Severity.HIGH, file, declared={})
    elif file.state == "BROKEN":
        yield _finding("X07", Severity.MEDIUM, file, declared={})


def _elsewhere(file: FileFacts, _declared: Declared) -> Iterator[Difference]:
    if file.state == "REMOTE_ONLY":
        yield _finding("X09", Severity.INFO, file, declared={})
    elif file.state in _UNREADABLE:
        yield _finding("X10", Severity.INFO, file, declared={})


def _time(file: FileFacts, declared: Declared) -> Iterator[Difference]:
    """X11: signed after the deadline, or before its tool was out."""
    if not file.trusted or file.at is None:
        return
    at = file.at.isoformat()
    if declared.deadline and file.at > declared.deadline:
        until = declared.deadline.isoformat()
        yield _finding("X11", Severity.LOW, file, "deadline", declared={"deadline": until}, at=at)
    for tool in file.named_tools:
        released = RELEASED.get(slug_of(tool))
        if released and file.at.date() < released and declared.tool_like([tool]):
            says = {"tool": tool.name, "released": released.isoformat()}
            yield _finding("X11", Severity.LOW, file, tool.name, declared=says, at=at)


def _sound(file: FileFacts, declared: Declared) -> Iterator[Difference]:
    generated = file.readable and file.sources & GENERATIVE
    if file.clip and file.sound and generated and declared.tier is not None and not declared.sound_by_ai:
        yield _finding("X13", Severity.MEDIUM, file, declared={})


def _training(file: FileFacts, _declared: Declared) -> Iterator[Difference]:
    """X14: the portal reserves every film from mining, whatever an earlier program wrote into it."""
    if file.readable and file.training == "allowed":
        yield _finding("X14", Severity.INFO, file, declared={})


_CHECKS: tuple[Callable[[FileFacts, Declared], Iterator[Difference]], ...] = (
    _nothing_embedded,
    _generated_all_the_same,
    _tools,
    _captured_all_the_same,
    _damaged,
    _elsewhere,
    _time,
    _sound,
    _training,
)
