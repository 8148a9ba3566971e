"""What is known of one file of an entry when it is held against the disclosure: the probe's words, sorted by worth."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.disclosure import tools
from portal.disclosure.tools import KnownTool

GENERATIVE = frozenset(
    {
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "compositeSynthetic",
        "trainedAlgorithmicData",
    }
)
POSSIBLY = frozenset({"composite", "digitalArt", "virtualRecording", "screenCapture"})
CAPTURED = frozenset({"digitalCapture", "computationalCapture", "compositeCapture"})
# Tags in which a program writes its own name, unlike a title, which may be any word.
_PROGRAM_TAGS = ("encoder", "comment", "software", "creationtool", "creatortool")
# A program's credentials and its maker's other name for it.
_SAME = {"gpt-image": "chatgpt"}


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file: its state by the specification, what its credentials say, and what its unsigned tags say.

    `sources` are the codes of digital source types; `signer` and `at` are known only in the state TRUSTED. `made_with`
    is the tool its maker named for a clip.
    """

    asset_id: int
    name: str
    clip: bool
    state: str
    sound: bool = False
    made_with: str = ""
    signer: str = ""
    at: datetime | None = None
    generator: str = ""
    agents: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()
    training: str = ""
    tag_sources: frozenset[str] = frozenset()
    systems: tuple[str, ...] = ()
    aigc: bool = False
    programs: tuple[str, ...] = ()

    @property
    def trusted(self) -> bool:
        """Whether somebody on a trusted list vouches for it."""
        return self.state == "TRUSTED"

    @property
    def readable(self) -> bool:
        """Whether the credentials hold, whoever signed them."""
        return self.state in ("TRUSTED", "EXPIRED_UNPROVEN", "UNTRUSTED_SIGNER")

    @property
    def tagged(self) -> bool:
        """Whether an unsigned tag speaks of AI."""
        return bool(self.tag_sources & GENERATIVE or self.systems or self.aigc)

    @property
    def named_tools(self) -> tuple[KnownTool, ...]:
        """The tools that credentials which hold, or tags, call by name."""
        signed = (self.generator, *self.agents) if self.readable else ()
        return _known((*signed, *self.systems))

    @property
    def hinted_tools(self) -> tuple[KnownTool, ...]:
        """The tools whose name stands in a plain tag, such as the encoder's."""
        words = " ".join(self.programs).casefold()
        return tuple(tool for tool in tools.TOOLS if re.search(rf"\b{re.escape(tool.name.casefold())}\b", words))

    @property
    def signed_tools(self) -> tuple[KnownTool, ...]:
        """The tools that the trusted signer is known to sign for."""
        return tools.signed_by(self.signer) if self.trusted else ()


def slug_of(tool: KnownTool) -> str:
    """What a tool is compared by."""
    return _SAME.get(tool.slug, tool.slug)


def _known(names: Iterable[str]) -> tuple[KnownTool, ...]:
    found = {slug_of(tool): tool for name in names if name and (tool := tools.known(name))}
    return tuple(found.values())


def facts_of(asset_id: int, name: str, *, clip: bool, made_with: str, probed: Mapping[str, Any]) -> FileFacts:
    """The facts in what a probe left in the file's row; `probed` is a stranger's words in our own bounded shape."""
    tags = probed.get("tags") or {}
    return FileFacts(
        asset_id=asset_id,
        name=name,
        clip=clip,
        state=str(probed.get("state", "ERROR")),
        sound=probed.get("kind") == "audio",
        made_with=made_with,
        signer=probed.get("signer") or "",
        at=_moment(probed.get("time")),
        generator=probed.get("generator") or "",
        agents=tuple(probed.get("agents") or ()),
        sources=_codes(probed.get("source_types") or ()),
        training=probed.get("training") or "",
        tag_sources=_codes(tags.get("source_types") or ()),
        systems=tuple(tags.get("systems") or ()),
        aigc=bool(tags.get("aigc")),
        programs=tuple(value for key, value in (tags.get("keys") or {}).items() if key in _PROGRAM_TAGS),
    )


def _codes(addresses: Iterable[str]) -> frozenset[str]:
    return frozenset(address.rstrip("/").rpartition("/")[2] for address in addresses)


def _moment(text: str | None) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None
