"""The checks V06 to V12: people in AI-made material are named, and the right person has agreed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from portal.disclosure.codes import ConsentStatus, Likeness, Medium, Scope, SignerCapacity, SourceKind
from portal.disclosure.ledger import Part, Performer, Terms
from portal.disclosure.problems import Facts, Problem
from portal.i18n import translate as _

LEAST_SCOPE_TEXT = 40
WORLD = "WORLD"
PROVEN = frozenset({ConsentStatus.DOC, ConsentStatus.VERIFIED, ConsentStatus.ESTATE})
HEIRS = frozenset({SignerCapacity.ESTATE, SignerCapacity.LICENSEE})


def check_people(part: Part, at: str, facts: Facts) -> Iterator[Problem]:
    """All problems of the performers of one part."""
    for place, performer in enumerate(part.performers):
        here = f"{at}.performers.{place}"
        yield from screen_time_fits(performer, here, part.picture_s)
        yield from person_is_named(performer, here)
        yield from terms_cover_festival(performer, here, facts)
        yield from guardian_signs_for_minor(performer, here)
        yield from heirs_sign_for_deceased(performer, here)
        yield from submitter_cannot_prove(performer, here, facts)
    yield from voice_has_its_person(part, at)


def screen_time_fits(performer: Performer, at: str, picture_s: int | None) -> Iterator[Problem]:
    """V06: 0 <= AI-made screen time <= screen time <= picture."""
    appear, synth = performer.appear_s or 0, performer.synth_s or 0
    if not 0 <= synth <= appear:
        message = _("The AI-made screen time is longer than the screen time. Correct one of the two.")
        yield Problem("V06", True, f"{at}.synth_s", message)
    if picture_s and appear > picture_s:
        message = _("The screen time is longer than the picture. Correct it.")
        yield Problem("V06", True, f"{at}.appear_s", message)


def person_is_named(performer: Performer, at: str) -> Iterator[Problem]:
    """V07: a real person has a name, a likeness and a consent; a synthetic performer has neither name nor consent."""
    if not performer.is_real:
        if performer.name or performer.consent is not ConsentStatus.NOT_REQ:
            message = _("A synthetic performer is nobody real: remove name and consent, or choose another kind.")
            yield Problem("V07", True, f"{at}.kind", message)
        return
    if not performer.name:
        yield Problem("V07", True, f"{at}.name", _("Give the name of the person. Only organizers see it."))
    if not performer.likeness:
        message = _("Say what was used of the person: face, body, voice or movement.")
        yield Problem("V07", True, f"{at}.likeness", message)
    if performer.consent in (None, ConsentStatus.NOT_REQ):
        message = _("A real person has to agree. Say how far the consent is, or send the person a link.")
        yield Problem("V07", True, f"{at}.consent", message)


def voice_has_its_person(part: Part, at: str) -> Iterator[Problem]:
    """V08: whoever's recorded voice an AI voice was made from is listed as a performer with a voice."""
    if not part.degrees[Scope.VOI].generative:
        return
    voices = {_folded(performer.name) for performer in part.performers if Likeness.VOICE in performer.likeness}
    for place, source in enumerate(part.sources):
        if source.kind is SourceKind.VOICE and source.holder and _folded(source.holder) not in voices:
            message = _("A recorded voice was used. Add the person below, with their voice: {name}")
            yield Problem("V08", True, f"{at}.sources.{place}", message.format(name=source.holder))


def terms_cover_festival(performer: Performer, at: str, facts: Facts) -> Iterator[Problem]:
    """V09: terms are described in words and cover a festival screening, here and in time."""
    terms = performer.terms
    if terms is None or not performer.is_real:
        return
    if len(terms.scope_text) < LEAST_SCOPE_TEXT:
        message = _(
            "Describe what the person agreed to in at least {least} characters: what, where from, for which use."
        )
        yield Problem("V09", True, f"{at}.terms.scope_text", message.format(least=LEAST_SCOPE_TEXT))
    if Medium.FESTIVAL not in terms.media:
        message = _("The consent does not name festival screenings. Ask the person to add them.")
        yield Problem("V09", True, f"{at}.terms.media", message)
    if not terms.territory & {WORLD, facts.festival_territory}:
        message = _("The consent does not cover the country of the festival. Ask the person to add it.")
        yield Problem("V09", True, f"{at}.terms.territory", message)
    if not _covers_dates(terms, facts):
        message = _("The consent does not cover the days of the festival. Ask the person to extend it.")
        yield Problem("V09", True, f"{at}.terms.ends", message)


def _covers_dates(terms: Terms, facts: Facts) -> bool:
    late = terms.starts and facts.festival_from and terms.starts > facts.festival_from
    ends_early = terms.ends and facts.festival_until and terms.ends < facts.festival_until
    backwards = terms.starts and terms.ends and terms.ends < terms.starts
    return not (late or ends_early or backwards)


def guardian_signs_for_minor(performer: Performer, at: str) -> Iterator[Problem]:
    """V10: a guardian signs for a minor, and a reviewer checks that consent."""
    if not performer.minor or not performer.is_real:
        return
    if _capacity(performer) is not SignerCapacity.GUARDIAN:
        message = _("The person is a minor: a parent or guardian has to sign. Send them the link.")
        yield Problem("V10", True, f"{at}.terms.signer_capacity", message)
    elif performer.consent is not ConsentStatus.VERIFIED:
        message = _("The person is a minor: we check the guardian's consent before the film is shown.")
        yield Problem("V10", False, f"{at}.consent", message)


def heirs_sign_for_deceased(performer: Performer, at: str) -> Iterator[Problem]:
    """V11: for a person who has died the heirs sign, or a company that holds their licence."""
    if not performer.is_deceased or not performer.is_real:
        return
    if performer.consent is not ConsentStatus.ESTATE and _capacity(performer) not in HEIRS:
        message = _("The person has died: the heirs or the holder of the licence have to sign. Say who does.")
        yield Problem("V11", True, f"{at}.terms.signer_capacity", message)


def submitter_cannot_prove(performer: Performer, at: str, facts: Facts) -> Iterator[Problem]:
    """V12: the submitter's word for somebody else's consent is a declaration, not a proof."""
    terms = performer.terms
    if terms is None or not facts.submitter or performer.consent not in PROVEN:
        return
    signer = _folded(terms.signer_name)
    if signer == _folded(facts.submitter) and signer != _folded(performer.name):
        message = _("You signed for somebody else, which counts as declared only. Send the person the link.")
        yield Problem("V12", True, f"{at}.consent", message)


def _capacity(performer: Performer) -> SignerCapacity | None:
    return performer.terms.signer_capacity if performer.terms else None


def same_name(one: str, other: str) -> bool:
    """Whether two spellings are one name to a reader: spaces, case and composition aside."""
    return _folded(one) == _folded(other)


def _folded(name: str) -> str:
    """A name as people would call it the same: spaces, case and composition aside."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
