"""The curated table of AI tools: what the form offers while one types, where each is usually used, who signs its files.

A creator may name any other tool; the table only saves typing and lets a signed clip be matched to what was declared.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from portal.disclosure.codes import Scope

_S = Scope
_VIDEO = (_S.IMG, _S.VID)
_STILLS = (_S.IMG,)
_TEXT = (_S.SCR,)


@dataclass(frozen=True, slots=True)
class KnownTool:
    """A tool as people call it, its maker, the scopes it is usually used for, and the signer of its credentials."""

    slug: str
    name: str
    vendor: str
    scopes: tuple[Scope, ...]
    signer: str = ""


TOOLS = (
    KnownTool("sora", "Sora", "OpenAI", _VIDEO, "OpenAI"),
    KnownTool("chatgpt", "ChatGPT", "OpenAI", _TEXT, "OpenAI"),
    KnownTool("gpt-image", "GPT Image", "OpenAI", _STILLS, "OpenAI"),
    KnownTool("whisper", "Whisper", "OpenAI", (_S.LOC,)),
    KnownTool("veo", "Veo", "Google", _VIDEO, "Google"),
    KnownTool("flow", "Flow", "Google", _VIDEO, "Google"),
    KnownTool("gemini", "Gemini", "Google", (_S.SCR, _S.IMG), "Google"),
    KnownTool("imagen", "Imagen", "Google", _STILLS, "Google"),
    KnownTool("lyria", "Lyria", "Google", (_S.MUS,), "Google"),
    KnownTool("firefly", "Firefly", "Adobe", _VIDEO, "Adobe"),
    KnownTool("photoshop", "Photoshop", "Adobe", _STILLS, "Adobe"),
    KnownTool("premiere", "Premiere Pro", "Adobe", (_S.EDT,), "Adobe"),
    KnownTool("after-effects", "After Effects", "Adobe", (_S.VID, _S.EDT), "Adobe"),
    KnownTool("podcast", "Adobe Podcast", "Adobe", (_S.VOI, _S.EDT)),
    KnownTool("runway", "Runway", "Runway", _VIDEO, "Runway"),
    KnownTool("kling", "Kling", "Kuaishou", _VIDEO),
    KnownTool("hailuo", "Hailuo", "MiniMax", _VIDEO),
    KnownTool("seedance", "Seedance", "ByteDance", _VIDEO),
    KnownTool("jimeng", "Jimeng", "ByteDance", _VIDEO),
    KnownTool("capcut", "CapCut", "ByteDance", (_S.EDT,)),
    KnownTool("wan", "Wan", "Alibaba", _VIDEO),
    KnownTool("hunyuan", "Hunyuan Video", "Tencent", _VIDEO),
    KnownTool("pika", "Pika", "Pika Labs", _VIDEO),
    KnownTool("luma", "Luma Dream Machine", "Luma AI", _VIDEO),
    KnownTool("ltx", "LTX Studio", "Lightricks", _VIDEO),
    KnownTool("higgsfield", "Higgsfield", "Higgsfield", _VIDEO),
    KnownTool("midjourney", "Midjourney", "Midjourney", _STILLS),
    KnownTool("stable-diffusion", "Stable Diffusion", "Stability AI", _STILLS),
    KnownTool("flux", "FLUX", "Black Forest Labs", _STILLS),
    KnownTool("comfyui", "ComfyUI", "Comfy Org", _VIDEO),
    KnownTool("ideogram", "Ideogram", "Ideogram", _STILLS),
    KnownTool("krea", "Krea", "Krea", _VIDEO),
    KnownTool("magnific", "Magnific", "Freepik", _STILLS),
    KnownTool("bedrock", "Amazon Bedrock", "Amazon", _VIDEO, "Amazon"),
    KnownTool("reface", "Reface", "RefaceAI", (_S.VID,), "RefaceAI"),
    KnownTool("heygen", "HeyGen", "HeyGen", (_S.VID, _S.VOI, _S.LOC)),
    KnownTool("d-id", "D-ID", "D-ID", (_S.VID,)),
    KnownTool("synthesia", "Synthesia", "Synthesia", (_S.VID, _S.VOI)),
    KnownTool("elevenlabs", "ElevenLabs", "ElevenLabs", (_S.VOI,)),
    KnownTool("supertone", "Supertone", "HYBE", (_S.VOI,)),
    KnownTool("typecast", "Typecast", "Neosapience", (_S.VOI,)),
    KnownTool("clova", "CLOVA Dubbing", "NAVER", (_S.VOI, _S.LOC)),
    KnownTool("papago", "Papago", "NAVER", (_S.LOC,)),
    KnownTool("deepl", "DeepL", "DeepL", (_S.LOC,)),
    KnownTool("vrew", "Vrew", "VoyagerX", (_S.EDT, _S.LOC)),
    KnownTool("suno", "Suno", "Suno", (_S.MUS,)),
    KnownTool("udio", "Udio", "Udio", (_S.MUS,)),
    KnownTool("stable-audio", "Stable Audio", "Stability AI", (_S.MUS, _S.SFX)),
    KnownTool("claude", "Claude", "Anthropic", _TEXT),
    KnownTool("topaz", "Topaz Video", "Topaz Labs", (_S.VID,)),
    KnownTool("resolve", "DaVinci Resolve", "Blackmagic Design", (_S.EDT,)),
    KnownTool("descript", "Descript", "Descript", (_S.EDT, _S.VOI)),
)


def folded(name: str) -> str:
    """A tool's name as people would call it the same: case, spaces, hyphens and composition aside."""
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in letters if char.isalnum())


_BY_NAME: Mapping[str, KnownTool] = {folded(tool.name): tool for tool in TOOLS}


def known(name: str) -> KnownTool | None:
    """The tool of this name; one that also names its maker or a version, "OpenAI Sora" or "Kling 2.6", is found too."""
    wanted = folded(name)
    bare = wanted.rstrip("0123456789")
    found = _BY_NAME.get(wanted) or _BY_NAME.get(bare)
    return found or next((tool for tool in TOOLS if bare == folded(tool.vendor + tool.name)), None)


def signed_by(signer: str) -> tuple[KnownTool, ...]:
    """The tools whose files carry credentials of this signer; a signer's name may be longer than the maker's."""
    words = signer.casefold().split()
    return tuple(tool for tool in TOOLS if tool.signer and tool.signer.casefold() in words)


def usual_scopes(name: str) -> tuple[Scope, ...]:
    """Where a tool of this name is usually used; nothing for one the table does not know."""
    found = known(name)
    return found.scopes if found else ()
