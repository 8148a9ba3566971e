"""The checks V01 to V20 of a ledger, each with its fix in words, in the language in use.

A blocking problem keeps a disclosure from being submitted; the others are told and let through. A draft may be checked
at any time: what is not answered yet is reported, never raised.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from portal.disclosure import picture_rules
from portal.disclosure.codes import Basis, Contribution, Degree, Scope
from portal.disclosure.ledger import Ledger, Part
from portal.disclosure.people_rules import check_people
from portal.disclosure.phrases import name_of, names_of
from portal.disclosure.problems import Facts, Problem
from portal.disclosure.serial import to_json
from portal.i18n import translate as _

LENGTH_SLACK_S = 2
CREDITS_PERCENT = 15
LONGEST_TEXT = {
    "title": 200,
    "title_en": 200,
    "directors": 200,
    "note": 200,
    "notes": 200,
    "name": 200,
    "version": 60,
    "role": 200,
    "holder": 200,
    "licence": 200,
    "signer_name": 200,
    "scope_text": 2000,
    "text": 140,
    "territory": 40,
    "audience_disclosure": 1000,
    "attestation": 60,
}
SEVERAL_LINES = frozenset({"scope_text", "audience_disclosure"})
REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def check(ledger: Ledger, facts: Facts | None = None) -> list[Problem]:
    """Every problem of the ledger, in the order of the rules' codes."""
    facts = facts or Facts()
    problems = [problem for place, part in enumerate(ledger.parts) for problem in _check_part(part, place, facts)]
    problems += _check_whole(ledger, facts)
    return sorted(problems, key=lambda problem: problem.code)


def blocking(problems: list[Problem]) -> list[Problem]:
    """The problems that keep a disclosure from being submitted."""
    return [problem for problem in problems if problem.blocking]


def _check_part(part: Part, place: int, facts: Facts) -> Iterator[Problem]:
    at = f"parts.{place}"
    for rule in picture_rules.RULES:
        yield from rule(part, at)
    yield from check_people(part, at, facts)
    yield from authorship_is_consistent(part, at)
    yield from sources_have_a_basis(part, at)
    yield from tools_match_grid(part, at)


def _check_whole(ledger: Ledger, facts: Facts) -> Iterator[Problem]:
    yield from something_is_declared(ledger)
    yield from parts_add_up(ledger)
    yield from length_matches_film(ledger, facts)
    yield from realism_is_answered(ledger)
    yield from texts_are_clean(ledger)
    yield from film_is_the_disclosed_one(facts)


def authorship_is_consistent(part: Part, at: str) -> Iterator[Problem]:
    """V13: "prompts only" goes with no other contribution; alone everywhere it means no registrable authorship."""
    prompted: set[Scope] = set()
    for place, entry in enumerate(part.authorship):
        if Contribution.PROMPT_ONLY not in entry.contributions:
            continue
        if len(entry.contributions) > 1:
            message = _(
                "\u201cPrompts only\u201d cannot go together with other contributions. Remove one of them: {scope}"
            )
            yield Problem("V13", False, f"{at}.authorship.{place}", message.format(scope=name_of(entry.scope)))
        else:
            prompted.add(entry.scope)
    generated = {scope for scope, degree in part.degrees.items() if degree is Degree.G}
    if generated and generated <= prompted:
        message = _(
            "With prompts only, copyright can probably not be registered. Add what you drew, wrote or arranged."
        )
        yield Problem("V13", False, f"{at}.authorship", message)


def sources_have_a_basis(part: Part, at: str) -> Iterator[Problem]:
    """V14: an unknown basis is told, because somebody will ask."""
    for place, source in enumerate(part.sources):
        if source.basis in (None, Basis.UNKNOWN):
            message = _("By what right is this used? Find out before the festival asks: {title}")
            title = source.title or name_of(source.kind)
            yield Problem("V14", False, f"{at}.sources.{place}.basis", message.format(title=title))


def tools_match_grid(part: Part, at: str) -> Iterator[Problem]:
    """V15: a tool is not listed for a scope in which the grid has no AI."""
    for place, tool in enumerate(part.tools):
        unused = frozenset(scope for scope in tool.scopes if part.degrees[scope] is Degree.N)
        if unused:
            message = _(
                "The tool {tool} is listed for scopes where the grid says no AI: {scopes}. Correct one of them."
            )
            text = message.format(tool=tool.name, scopes=names_of(unused))
            yield Problem("V15", False, f"{at}.tools.{place}.scopes", text)


def something_is_declared(ledger: Ledger) -> Iterator[Problem]:
    """V03, for the whole: there is a film to speak about."""
    if not ledger.parts:
        yield Problem("V03", True, "parts", _("The ledger describes no film yet. Add at least one."))


def parts_add_up(ledger: Ledger) -> Iterator[Problem]:
    """V16: the parts of an omnibus are as long as the whole."""
    if ledger.is_omnibus and ledger.picture_s is not None and abs(_length(ledger) - ledger.picture_s) > LENGTH_SLACK_S:
        message = _("The parts add up to {parts} s, the whole has {whole} s. Correct the lengths.")
        text = message.format(parts=_length(ledger), whole=ledger.picture_s)
        yield Problem("V16", True, "picture_s", text)


def length_matches_film(ledger: Ledger, facts: Facts) -> Iterator[Problem]:
    """V17: the picture is as long as the film received, credits aside."""
    length, probed = _length(ledger), facts.probed_s
    if probed is None or length <= 0:
        return
    without_credits = probed * (100 - CREDITS_PERCENT)
    if (length + LENGTH_SLACK_S) * 100 < without_credits or length > probed + LENGTH_SLACK_S:
        message = _(
            "The film we received runs {film} s, you gave {picture} s of picture. Correct the length or the film."
        )
        field = "picture_s" if ledger.is_omnibus else "parts.0.picture_s"
        yield Problem("V17", True, field, message.format(film=probed, picture=length))


def realism_is_answered(ledger: Ledger) -> Iterator[Problem]:
    """V18: with generated material the question whether it could be taken for real must be answered."""
    if ledger.is_generative and ledger.realistic is None:
        message = _("Could anybody take an AI-made scene for real? Answer yes or no.")
        yield Problem("V18", True, "realistic", message)


def texts_are_clean(ledger: Ledger) -> Iterator[Problem]:
    """V19: texts keep to their length, are composed (NFC) and hold no control characters."""
    for path, key, text in _texts(to_json(ledger)):
        longest = LONGEST_TEXT.get(key)
        if longest is None:
            continue
        if len(text) > longest:
            message = _("This is too long: {have} characters, at most {most}.")
            yield Problem("V19", True, path, message.format(have=len(text), most=longest))
        if not unicodedata.is_normalized("NFC", text) or any(_is_control(char, key) for char in text):
            yield Problem("V19", True, path, _("This text holds invisible control characters. Type it again."))


def _is_control(char: str, key: str) -> bool:
    if char == "\n" and key in SEVERAL_LINES:
        return False
    return unicodedata.category(char) == "Cc" or char in REORDERING


def _texts(value: Any, path: str = "", key: str = "") -> Iterator[tuple[str, str, str]]:
    """Every text of a plain ledger with its path and the key that decides its length; lists take their own key."""
    if isinstance(value, str):
        yield path, key, value
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from _texts(item, f"{path}.{place}", key)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _texts(item, f"{path}.{name}" if path else name, "notes" if key == "notes" else name)


def film_is_the_disclosed_one(facts: Facts) -> Iterator[Problem]:
    """V20: the film has not changed since it was disclosed."""
    if facts.disclosed_sha256 and facts.master_sha256 and facts.disclosed_sha256 != facts.master_sha256:
        message = _("The film was replaced after this disclosure. Check the answers and sign again.")
        yield Problem("V20", True, "attestation", message)


def _length(ledger: Ledger) -> int:
    return sum(part.picture_s or 0 for part in ledger.parts)
