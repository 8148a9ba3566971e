"""Answers in words, one section at a time: for the choice between two versions of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from portal import i18n
from portal.disclosure import shots
from portal.disclosure.answers import Answers, HumanPart, PersonShown, SharePicked
from portal.disclosure.codes import Scope, ShareMethod
from portal.disclosure.ledger import Source
from portal.disclosure.phrases import name_of
from portal.i18n import N_
from portal.i18n import translate as _

TITLES: Mapping[str, str] = {
    "base": N_("What the picture is made from"),
    "degrees": N_("How far AI was used"),
    "picture_s": N_("Length of the picture"),
    "share": N_("Share of the picture"),
    "tools": N_("Tools"),
    "performers": N_("People who can be seen or heard"),
    "sources": N_("What the film builds on"),
    "authorship": N_("Who made what"),
    "realistic": N_("Scenes that look real"),
    "audience_disclosure": N_("How the film itself tells its audience"),
    "human_statement": N_("What people did"),
    "attested": N_("Confirmation"),
}


def title_of(section: str) -> str:
    """The heading of a section, in the language in use."""
    return _(TITLES[section])


def in_words(answers: Answers, section: str) -> str:
    """What a section says, in the language in use; a dash where it says nothing."""
    return _TELL[section](answers) or "—"


def _degrees(answers: Answers) -> str:
    told = [(scope, answers.degrees[scope]) for scope in Scope if scope in answers.degrees]
    return "\n".join(f"{name_of(scope)}: {name_of(degree)}" for scope, degree in told)


def _share(share: SharePicked) -> str:
    if share.shots:
        return shots.written(share.shots)
    shown = str if share.method is ShareMethod.SLIDER else i18n.duration
    unit = "%" if share.method is ShareMethod.SLIDER else ""
    sentence = _("generated {generated}, altered {altered}")
    return sentence.format(generated=f"{shown(share.generated)}{unit}", altered=f"{shown(share.altered)}{unit}")


def _person(person: PersonShown) -> str:
    return " · ".join(text for text in (person.name, person.part, name_of(person.kind)) if text)


def _source(source: Source) -> str:
    basis = name_of(source.basis) if source.basis else ""
    return " · ".join(text for text in (name_of(source.kind), source.title, source.holder, basis) if text)


def _human(entry: HumanPart) -> str:
    given = [name_of(one) for one in entry.contributions]
    return f"{name_of(entry.scope)}: {', '.join([*given, entry.text] if entry.text else given)}"


_TELL: Mapping[str, Callable[[Answers], str]] = {
    "base": lambda answers: ", ".join(name_of(base) for base in answers.base),
    "degrees": _degrees,
    "picture_s": lambda answers: i18n.duration(answers.picture_s) if answers.picture_s else "",
    "share": lambda answers: _share(answers.share),
    "tools": lambda answers: "\n".join(f"{tool.name} {tool.version}".strip() for tool in answers.tools),
    "performers": lambda answers: "\n".join(_person(person) for person in answers.performers),
    "sources": lambda answers: "\n".join(_source(source) for source in answers.sources),
    "authorship": lambda answers: "\n".join(_human(entry) for entry in answers.authorship),
    "realistic": lambda answers: {True: _("Yes"), False: _("No"), None: ""}[answers.realistic],
    "audience_disclosure": lambda answers: answers.audience_disclosure,
    "human_statement": lambda answers: answers.human_statement,
    "attested": lambda answers: _("Confirmed") if answers.attested else _("Not confirmed"),
}
