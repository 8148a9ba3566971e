"""The label as files to take away: for machines, for tables, for the credits, for an archive."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import StringIO

from portal import i18n
from portal.disclosure.exports import annex, cards, jsonld
from portal.disclosure.exports import shapes as exports
from portal.disclosure.exports.jsonld import Page
from portal.disclosure.publication import Publication

LANGUAGES = ("ko", "en")
_BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class File:
    """A file's type and bytes."""

    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Work:
    """A film whose label is written: its titles, what is published of it, and where."""

    title_ko: str
    title_en: str
    published: Publication
    page: Page

    @classmethod
    def at(cls, address: str, origin: str, mining: str, titles: tuple[str, str], published: Publication) -> Work:
        """What is published of a film, Korean and English title first, at an address; `mining` is the policy's."""
        revision = published.declaration.revision if published.declaration else 0
        return cls(*titles, published, Page(address, origin, mining, revision, published.sha256))


def _jsonld(work: Work) -> str:
    return json.dumps(document(work), ensure_ascii=False, indent=1)


def document(work: Work) -> dict[str, object]:
    """The JSON-LD of a film under the title it has now."""
    described = jsonld.describe(work.published.ledger, work.published.figures, work.page)
    return described | {"name": work.title_ko or work.title_en}


def _csv(work: Work) -> str:
    """One row per film of the work, for Korean spreadsheets with a byte order mark and without formulas."""
    written = StringIO()
    table = csv.writer(written)
    table.writerow(exports.PARTS_HEADER)
    for row in exports.part_rows(work.published.ledger, work.published.figures):
        table.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in row])
    return _BOM + written.getvalue()


def _xmp(work: Work) -> str:
    return exports.xmp_sidecar(work.published.ledger, work.published.figures)


def _text(work: Work) -> str:
    korean, english = (work.published.label_in(language) for language in LANGUAGES)
    return exports.credits_card(_title(work), korean, english)


def _title(work: Work) -> str:
    titles = (work.title_ko, work.title_en)
    return " · ".join(dict.fromkeys(title for title in titles if title))


def _card(work: Work) -> cards.Card:
    return cards.lay_out(_title(work), [work.published.label_in(language) for language in LANGUAGES])


def _svg(work: Work) -> str:
    return cards.as_svg(_card(work), i18n.language())


def _png(work: Work) -> bytes:
    return cards.as_png(_card(work))


def _annex(work: Work) -> str:
    told = annex.as_json(work.published.ledger, work.published.statement, work.published.sha256)
    return json.dumps({**told, "title": _title(work)}, ensure_ascii=False, indent=1)


_KINDS: Mapping[str, tuple[str, Callable[[Work], str | bytes]]] = {
    "jsonld": ("application/ld+json", _jsonld),
    "csv": ("text/csv; charset=utf-8", _csv),
    "xmp": ("application/rdf+xml", _xmp),
    "txt": ("text/plain; charset=utf-8", _text),
    "svg": ("image/svg+xml", _svg),
    "png": ("image/png", _png),
    "annex.json": ("application/json", _annex),
}
KINDS = tuple(_KINDS)
# What everybody may take; the annex names sources and contracts, and is its makers' own.
PUBLIC_KINDS = tuple(kind for kind in KINDS if kind != "annex.json")


def written(work: Work, kind: str) -> File:
    """The label of a work as one of the KINDS."""
    content_type, write = _KINDS[kind]
    body = write(work)
    return File(content_type, body.encode() if isinstance(body, str) else body)
