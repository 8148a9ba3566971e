"""Results in plain words: how far jurors can be compared, what was taken off whose scores, whom to ask."""

from __future__ import annotations

from typing import Any

from portal.i18n import N_, ngettext, translate
from portal.jury.calibration.thresholds import FLAT_SLOPE

Z80 = 1.2815515655446004
"""Half the width of an 80 % interval in standard errors."""

_LIGHTS = {
    "green": (
        "ok",
        N_("Jurors can be compared"),
        N_("Enough films are shared between them (λ₂ {lambda2}, at least 0.15). Corrected scores hold for all films."),
    ),
    "amber": (
        "warn",
        N_("Jurors can be compared only roughly"),
        N_(
            "Few films connect them (λ₂ {lambda2}, under 0.15), so offsets are shrunken and intervals wider."
            " What helps: let some jurors see films of other groups, or judge the contested band once more."
        ),
    ),
    "red": (
        "bad",
        N_("Ranks hold inside each group of jurors only"),
        N_(
            "The jurors fall into {groups} groups without a film in common, so nobody can tell a strict group from"
            " weak films. Do not compare ranks across groups. What helps: let each group see one film in twenty of"
            " another one."
        ),
    ),
}
_LONE = N_("The jurors share no film yet, so nothing can be corrected. Ranks follow with the next score sheets.")


def light(note: dict[str, Any]) -> tuple[str, str, str] | None:
    """(kind, title, what to do) of the connectivity light; None before there are results."""
    if "connectivity" not in note:
        return None
    kind, title, text = _LIGHTS[note["connectivity"]]
    if note["connectivity"] == "red" and note["components"] < 2:
        return kind, translate(title), translate(_LONE)
    shown = {"lambda2": f"{note['lambda2']:.2f}", "groups": note["components"]}
    return kind, translate(title), translate(text).format(**shown)


def severity(row: Any) -> str:
    """A juror's offset as one says it to the juror: how far from the co-jurors, how sure, what is done about it."""
    if not row.shared:
        return translate(N_("{label} shares no film with others; nothing is corrected.")).format(label=row.label)
    far = translate(_far(row.difference)).format(difference=f"{abs(row.difference):.2f}")
    films = ngettext(
        "On {n} film that others scored too, {label} was on average {far} the co-jurors (±{error}).",
        "On {n} films that others scored too, {label} was on average {far} the co-jurors (±{error}).",
        row.shared,
    )
    said = films.format(n=row.shared, label=row.label, far=far, error=f"{Z80 * row.difference_se:.2f}")
    return f"{said} {correction(row.offset)}"


def _far(difference: float) -> str:
    if abs(difference) < 0.005:
        return N_("level with")
    return N_("{difference} lower than") if difference < 0 else N_("{difference} higher than")


def correction(offset: float) -> str:
    """What is done with the scores of a juror with this offset."""
    if abs(offset) < 0.005:
        return translate(N_("Nothing is corrected."))
    said = N_("We add {offset}.") if offset < 0 else N_("We take off {offset}.")
    return translate(said).format(offset=f"{abs(offset):.2f}")


def alarm(row: Any) -> str:
    """Why somebody should ask this juror; empty without an alarm."""
    if not row.alarm:
        return ""
    if row.slope is not None and row.slope < FLAT_SLOPE:
        return translate(
            N_("The scores hardly follow what the co-jurors see in the same films (slope {slope}, expected 1).")
        ).format(slope=f"{row.slope:.2f}")
    return translate(N_("The scores scatter {noise} times as widely as those of the others.")).format(
        noise=f"{row.noise:.1f}"
    )


_AWAY = {
    "recused": (N_("Recused"), "warn"),
    "declined": (N_("Declined"), ""),
    "reassigned": (N_("Given to somebody else"), ""),
}
_STATES = {
    "proposed": (N_("Only proposed"), ""),
    "published": (N_("Not reviewed yet"), ""),
    "accepted": (N_("Not reviewed yet"), ""),
    "in_progress": (N_("Started, not handed in"), "info"),
    "scored": (N_("Handed in"), "ok"),
    "locked": (N_("Handed in"), "ok"),
    "abstained": (N_("Abstained"), "solid"),
}
_EVENTS = {
    "submitted": N_("handed in"),
    "revised": N_("changed"),
    "reopened": N_("taken back to change it"),
    "abstained": N_("abstained"),
    "recused": N_("recused"),
    "voided": N_("voided"),
}


def sheet_state(row: Any) -> tuple[str, str]:
    """(word, kind of tag) for what became of an assignment: an abstention is not a sheet that is still to come."""
    if row.state in _AWAY:
        word, kind = _AWAY[row.state]
    elif row.sheet == "voided":
        word, kind = N_("Voided"), "bad"
    else:
        word, kind = _STATES[row.state]
    return translate(word), kind


def event(kind: str) -> str:
    """What happened to a score, in a word."""
    return translate(_EVENTS[kind])
