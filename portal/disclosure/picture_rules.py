"""The checks V01 to V05: the grid, the tools and the picture share of one part tell the same story."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from portal.disclosure.codes import PICTURE, Base, Degree
from portal.disclosure.ledger import Part, Share
from portal.disclosure.problems import Problem
from portal.i18n import translate as _

NEARLY_ALL_PERCENT = 95
WHOLE_PERCENT = 100


def grid_is_answered(part: Part, at: str) -> Iterator[Problem]:
    """V01: no AI in the grid means no tools, no share and no segment, and the other way round."""
    unused = all(degree is Degree.N for degree in part.degrees.values())
    traces = bool(part.tools) or _declared(part.share) > 0 or _has_generative_segment(part.share)
    if unused and traces:
        message = _("The grid says no AI was used, but there are tools or a share. Mark the scopes where you used AI.")
        yield Problem("V01", True, f"{at}.degrees", message)
    if not unused and not traces:
        message = _("You marked AI use in the grid. Name at least one tool, or set every scope back to no AI.")
        yield Problem("V01", True, f"{at}.tools", message)


def picture_has_share_and_tool(part: Part, at: str) -> Iterator[Problem]:
    """V02: AI picture in the grid means a share above zero and a tool, and a share means AI picture in the grid."""
    in_grid = any(part.degrees[scope].generative for scope in PICTURE)
    share = _declared(part.share)
    if in_grid and share <= 0:
        message = _("The grid says the picture has AI parts. Say how much of it: set the share above zero.")
        yield Problem("V02", True, f"{at}.share", message)
    if in_grid and not part.tools:
        yield Problem("V02", True, f"{at}.tools", _("Name the tool that made or altered the picture."))
    if share > 0 and not in_grid:
        message = _("You gave a share of AI picture. Mark stills or moving picture as altered or generated, too.")
        yield Problem("V02", True, f"{at}.degrees", message)


def share_fits_picture(part: Part, at: str) -> Iterator[Problem]:
    """V03: the share lies inside the picture; segments are in order, apart from each other and inside it, too."""
    length = part.picture_s or 0
    if length <= 0:
        message = _("Give the length of the picture in seconds, without credits and black.")
        yield Problem("V03", True, f"{at}.picture_s", message)
    if part.share is None:
        return
    whole = WHOLE_PERCENT if part.share.is_estimate else length
    if min(_amounts(part.share)) < 0 or (whole > 0 and _declared(part.share) > whole):
        message = _("Generated and altered picture together are more than the whole. Lower one of them.")
        yield Problem("V03", True, f"{at}.share", message)
    yield from _segments_in_order(part.share, length, f"{at}.share.segments")


def _segments_in_order(share: Share, length: int, at: str) -> Iterator[Problem]:
    for place, segment in enumerate(share.segments):
        if not 0 <= segment.in_s < segment.out_s or (length > 0 and segment.out_s > length):
            message = _("A segment starts before it ends, inside the picture. Correct its time-codes.")
            yield Problem("V03", True, f"{at}.{place}", message)
    for place, (before, after) in enumerate(pairwise(share.segments), start=1):
        if after.in_s < before.out_s:
            message = _("This segment starts before the one above it ends. Sort them and remove the overlap.")
            yield Problem("V03", True, f"{at}.{place}", message)


def base_stands_alone(part: Part, at: str) -> Iterator[Problem]:
    """V04: the picture has a base; "none" excludes the others and goes with a picture that is nearly all AI."""
    if not part.base:
        yield Problem(
            "V04", True, f"{at}.base", _("Say what the picture was made from: filmed, drawn, archive or none.")
        )
    if Base.NONE not in part.base:
        return
    if len(part.base) > 1:
        message = _("\u201cNone of these\u201d cannot go together with filmed, drawn or archive material. Choose one.")
        yield Problem("V04", True, f"{at}.base", message)
    elif _declared_percent(part) < NEARLY_ALL_PERCENT:
        message = _("You chose no filmed or drawn material, but less than 95% is AI picture. Add what the rest is.")
        yield Problem("V04", False, f"{at}.base", message)


def filmed_material_leaves_room(part: Part, at: str) -> Iterator[Problem]:
    """V05: with filmed material an estimate of 100% generated cannot be right."""
    share = part.share
    if share and Base.LIVE in part.base and share.is_estimate and share.percent(Degree.G) >= WHOLE_PERCENT:
        message = _(
            "You filmed with a camera, so not all of the picture is generated. Lower the share or change the base."
        )
        yield Problem("V05", True, f"{at}.share", message)


RULES = (
    grid_is_answered,
    picture_has_share_and_tool,
    share_fits_picture,
    base_stands_alone,
    filmed_material_leaves_room,
)


def _amounts(share: Share | None) -> tuple[int, int]:
    """Generated and altered picture as declared: percent off a slider, otherwise seconds."""
    if share is None:
        return 0, 0
    amount = share.percent if share.is_estimate else share.seconds
    return amount(Degree.G), amount(Degree.M)


def _declared(share: Share | None) -> int:
    return sum(_amounts(share))


def _declared_percent(part: Part) -> int:
    if part.share is None or part.share.is_estimate:
        return _declared(part.share)
    return _declared(part.share) * 100 // part.picture_s if part.picture_s else WHOLE_PERCENT


def _has_generative_segment(share: Share | None) -> bool:
    return share is not None and any(segment.degree.generative for segment in share.segments)
