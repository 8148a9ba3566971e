"""Words for a round's kind, what it hides, who sees whose scores, and where its films come from."""

from __future__ import annotations

from portal.i18n import N_, translate
from portal.jury.models import Hidden, RoundKind, Visibility

_KINDS = {
    RoundKind.QUALIFICATION: N_("Qualification"),
    RoundKind.SELECTION: N_("Selection"),
    RoundKind.FINAL: N_("Final round"),
}
_HIDDEN = {
    Hidden.PEOPLE: (N_("Names"), N_("Directors and credits, and the jurors among one another")),
    Hidden.SCHOOL: (N_("School"), N_("The class a film comes from")),
    Hidden.COUNTRY: (N_("Country"), None),
    Hidden.STATEMENT: (N_("The makers' statement"), None),
    Hidden.LABEL: (N_("The AI label"), N_("With the shot map and what changed in it")),
}
_VISIBILITY = {
    Visibility.NEVER: (N_("Never"), N_("The default: nobody is swayed.")),
    Visibility.AFTER_OWN: (
        N_("After the own sheet"),
        N_("Others' scores and words appear once the own sheet is handed in."),
    ),
    Visibility.ALWAYS: (N_("Always"), N_("For a final round in which the jury talks.")),
}
_SOURCES = {
    "top": N_("The best by rank"),
    "decided": N_("Those decided as selected"),
    "contested": N_("The contested: a chance of 10 to 90 % to be in"),
}


def kinds() -> list[tuple[str, str]]:
    """Every kind of round with its word."""
    return [(kind.value, translate(word)) for kind, word in _KINDS.items()]


def hidden_choices() -> list[tuple[str, str, str | None]]:
    """What may be hidden, each with what that means."""
    return [(one.value, translate(word), hint and translate(hint)) for one, (word, hint) in _HIDDEN.items()]


def visibility_choices() -> list[tuple[str, str, str]]:
    """When jurors see one another's scores."""
    return [(one.value, translate(word), translate(hint)) for one, (word, hint) in _VISIBILITY.items()]


def sources() -> list[tuple[str, str]]:
    """Ways to take films from an earlier round."""
    return [(name, translate(word)) for name, word in _SOURCES.items()]
