"""What the manifests of a file's credentials claim: a stranger's JSON, read with bounds on depth, count and length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

MOST_MANIFESTS, MOST_ACTIONS, MOST_WORDS, MOST_VALUES = 20, 40, 200, 40
_TRAINING = ("c2pa.training-mining", "cawg.training-mining")


def told(manifests: Mapping[str, Any], active: str | None, *, trusted: bool) -> dict[str, Any]:
    """The claims of the whole chain, and what they come to.

    `generator` is the active manifest's, `agents` the programs and models named anywhere, `source_types` the addresses
    of the digital source types; `training` is what is said of training AI with it. `signer` and `time` are there only
    for a trusted signature, which vouches for the active manifest alone: the name within an ingredient is anybody's.
    """
    chain = list(_ordered(manifests, active))
    actions = [action for manifest in chain for action in _actions(manifest)]
    models = [name for manifest in chain for name in _models(manifest)]
    claims = {
        "generator": _generator(chain[0]) if chain else "",
        "agents": _some(action["agent"] for action in actions) + _some(models),
        "source_types": _some(action["source"] for action in actions),
        "training": next(filter(None, map(_training, chain)), ""),
        "claims": [{"generator": _generator(one), "actions": list(_actions(one))} for one in chain],
    }
    return claims | (_signature(chain[0]) if trusted and chain else {})


def _ordered(manifests: Mapping[str, Any], active: str | None) -> Iterator[dict[str, Any]]:
    """The manifests of the whole chain, the active one first."""
    ordered = sorted(manifests.items(), key=lambda item: item[0] != active)
    yield from (manifest for _, manifest in ordered[:MOST_MANIFESTS] if isinstance(manifest, dict))


def _signature(manifest: dict[str, Any]) -> dict[str, str]:
    signature = manifest.get("signature_info") or {}
    return {"signer": _words(signature.get("issuer")), "time": _words(signature.get("time"))}


def _generator(manifest: dict[str, Any]) -> str:
    named = [info.get("name") for info in manifest.get("claim_generator_info") or [] if isinstance(info, dict)]
    return _words(next(filter(None, named), manifest.get("claim_generator")))


def _assertions(manifest: dict[str, Any], *labels: str) -> Iterator[dict[str, Any]]:
    for assertion in manifest.get("assertions") or []:
        if str(assertion.get("label", "")).startswith(labels):
            yield assertion.get("data") or {}


def _actions(manifest: dict[str, Any]) -> Iterator[dict[str, str]]:
    """What was done, by what, and what kind of source it was: the words of `c2pa.actions`."""
    for data in _assertions(manifest, "c2pa.actions"):
        for action in data.get("actions", [])[:MOST_ACTIONS]:
            agent = action.get("softwareAgent")
            yield {
                "action": _words(action.get("action")),
                "source": _words(action.get("digitalSourceType")),
                "agent": _words(agent.get("name") if isinstance(agent, dict) else agent),
            }


def _models(manifest: dict[str, Any]) -> Iterator[str]:
    for data in _assertions(manifest, "c2pa.ai-disclosure"):
        yield _words(data.get("modelName"))


def _training(manifest: dict[str, Any]) -> str:
    """The answer about training a generative model, of those a credential may give; empty where it says nothing."""
    for data in _assertions(manifest, *_TRAINING):
        for name, entry in data.get("entries", {}).items():
            if str(name).endswith("ai_generative_training"):
                return _words(entry.get("use"))
    return ""


def _some(values: Iterator[str] | list[str]) -> list[str]:
    """The different ones, in their order, bounded."""
    return list(dict.fromkeys(value for value in values if value))[:MOST_VALUES]


def _words(value: Any) -> str:
    return str(value)[:MOST_WORDS] if value is not None else ""
