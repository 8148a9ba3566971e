"""Tells what the tags of a file say of AI: XMP, QuickTime keys and the AIGC label; `provenance.py` loads it.

Tags are not signed. Anybody can write them and every export may drop them, so nothing here counts as proof.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
IPTC = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
XMP = "{http://ns.adobe.com/xap/1.0/}"
AIGC = "{http://www.tc260.org.cn/ns/AIGC/1.0/}"
MOST_PACKET, MOST_PACKETS, MOST_NODES = 1024**2, 8, 5000
MOST_VALUES, MOST_WORDS = 20, 200
# Keys of QuickTime, by the last part of their name, that are worth telling.
KEYS = ("encoder", "comment", "title", "description", "software", "creationtool", "information")


class Tags:
    """What was found, each list in the order of the file, without repetition and bounded."""

    def __init__(self) -> None:
        self.source_types: list[str] = []
        self.systems: list[str] = []
        self.aigc: dict[str, str] = {}
        self.keys: dict[str, str] = {}

    def told(self) -> dict[str, Any]:
        """Only what is there."""
        return {name: value for name, value in vars(self).items() if value}

    def add(self, values: list[str], value: str | None) -> None:
        """One more value for a list."""
        text = _words(value)
        if text and text not in values and len(values) < MOST_VALUES:
            values.append(text)

    def pair(self, pairs: dict[str, str], name: str, value: Any) -> None:
        """One more name and value; what was there stays."""
        text = _words(value)
        if text and len(pairs) < MOST_VALUES:
            pairs.setdefault(_words(name), text)


def read(packets: Iterable[bytes], texts: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The tags in packets of XMP and in named texts: `source_types`, `systems`, `aigc`, `keys`; absent where empty."""
    tags = Tags()
    for packet in list(packets)[:MOST_PACKETS]:
        _read_packet(tags, packet)
    for name, value in texts:
        _read_text(tags, name, value)
    return tags.told()


def _read_packet(tags: Tags, packet: bytes) -> None:
    if len(packet) > MOST_PACKET:
        return
    try:
        root = ElementTree.fromstring(packet.strip(b"\x00 \r\n\t"))
    except (ElementTree.ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return
    for count, node in enumerate(root.iter()):
        if count == MOST_NODES:
            return
        for name, value in _values(node):
            _note(tags, name, value)


def _values(node: Element) -> Iterator[tuple[str, str]]:
    """The properties of a node: its attributes, and its own text or that of the list it holds."""
    yield from node.attrib.items()
    if node.tag.startswith((IPTC, XMP, AIGC)):
        listed = (one.text for one in node.findall(f"./*/{RDF}li")[:MOST_VALUES])
        for text in (node.get(f"{RDF}resource"), node.text, *listed):
            if text and text.strip():
                yield node.tag, text


def _note(tags: Tags, name: str, value: str) -> None:
    if name == f"{IPTC}DigitalSourceType":
        tags.add(tags.source_types, value)
    elif name in (f"{IPTC}AISystemUsed", f"{IPTC}AISystemVersionUsed"):
        tags.add(tags.systems, value)
    elif name == f"{XMP}CreatorTool":
        tags.pair(tags.keys, "creatortool", value)
    elif name.startswith(AIGC):
        _note_aigc(tags, name.removeprefix(AIGC), value)


def _read_text(tags: Tags, name: str, value: str) -> None:
    last = name.rpartition(".")[2]
    if last.upper() == "AIGC":
        _note_aigc(tags, "AIGC", value)
    elif last.casefold() in KEYS:
        tags.pair(tags.keys, last.casefold(), value)


def _note_aigc(tags: Tags, name: str, value: str) -> None:
    """The label of GB 45438-2025: a JSON object of short texts, or one of its fields by itself."""
    try:
        fields = json.loads(value)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        fields = {name: value}
    inner = fields.get("AIGC")
    for key, one in (inner if isinstance(inner, dict) else fields).items():
        tags.pair(tags.aigc, str(key), one)


def _words(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False) if value is not None else ""
    return " ".join(text.split())[:MOST_WORDS]
