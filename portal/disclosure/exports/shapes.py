"""The disclosure in other people's shapes: advisory flags, a table, a credits card and an XMP sidecar.

A table row holds plain text; whoever writes it to CSV or XLSX neutralises formula cells, as for every export.
"""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

from portal.disclosure import source_types
from portal.disclosure.codes import Base, Degree, PerformerKind, Scope
from portal.disclosure.figures import Badge, Figures
from portal.disclosure.label import PublicLabel
from portal.disclosure.ledger import Ledger

PARTS_HEADER = (
    "title",
    "picture_s",
    "base",
    "tier",
    "generated_bp_lo",
    "generated_bp_hi",
    "altered_bp_lo",
    "altered_bp_hi",
    "method",
    *(scope.value for scope in Scope),
    "tools",
    "badges",
    "eu_icon",
    "hpf",
    "dst",
)


def flags(figures: Figures) -> dict[str, bool]:
    """Advice for other people's forms: YouTube's question, and the Academy's rules on script and acting."""
    principals = [each for each in figures.appearances if each.performer.kind is not PerformerKind.REP_BG]
    return {
        "yt_altered": Badge.REALISTIC in figures.badges,
        "oscar_script_ok": figures.degrees[Scope.SCR].rank <= Degree.P.rank,
        "oscar_acting_ok": all(each.performer.is_real and each.ratio_bp == 0 for each in principals),
    }


def part_rows(ledger: Ledger, figures: Figures) -> Iterator[tuple[str, ...]]:
    """One row for each part under PARTS_HEADER."""
    for part, own in zip(ledger.parts, figures.parts, strict=True):
        shares = (own.generated.lo, own.generated.hi, own.altered.lo, own.altered.hi)
        yield (
            own.title,
            str(own.picture_s),
            " ".join(base for base in Base if base in own.base),
            own.tier.name,
            *(str(share) for share in shares),
            own.method.value if own.method else "",
            *(own.degrees[scope].value for scope in Scope),
            "; ".join(f"{tool.name} {tool.version}".strip() for tool in part.tools),
            " ".join(own.badges),
            own.eu_icon.value,
            own.hpf.value,
            own.dst,
        )


def credits_card(title: str, korean: PublicLabel, english: PublicLabel) -> str:
    """The text for a card in the end credits: the label in both languages."""
    return f"{title}\n\n{korean.text}\n\n{english.text}\n"


def xmp_sidecar(ledger: Ledger, figures: Figures) -> str:
    """An XMP packet that gives the digital source type of the work and the systems used."""
    systems = sorted({f"{tool.name} {tool.version}".strip() for part in ledger.parts for tool in part.tools})
    items = "".join(f"<rdf:li>{escape(system)}</rdf:li>" for system in systems)
    used = f"<Iptc4xmpExt:AISystemUsed><rdf:Bag>{items}</rdf:Bag></Iptc4xmpExt:AISystemUsed>" if items else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f" Iptc4xmpExt:DigitalSourceType={quoteattr(source_types.iptc_uri(figures.dst))}>{used}</rdf:Description>"
        '</rdf:RDF></x:xmpmeta><?xpacket end="r"?>'
    )
