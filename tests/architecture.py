"""Reads the house's imports and says which of them point upwards or go in a circle."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KERNEL = (
    "errors",
    "clock",
    "settings",
    "paths",
    "signing",
    "links",
    "i18n",
    "db",
    "audit",
    "doorbell",
    "claims",
    "logs",
    "leash",
    "pdf",
)
RULES = ("lifecycles", "policies")
FEATURES = (
    "mail", "accounts", "notices", "calls", "school", "disclosure", "media", "entries", "jury", "programme", "audience",
    "live", "reminders", "broadcasts",
)  # fmt: skip
DESKS = ("organizer", "public", "api")
MODELS = ("models", "codes")
VIEWS = ("views", "forms")
FLASK = ("flask", "flask_wtf", "wtforms", "werkzeug")


@dataclass(frozen=True)
class Import:
    """One import statement: `source` imports `target` (dotted names) at `line`."""

    source: str
    target: str
    line: int


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Dotted name -> file, for everything in portal and workers."""
    found = {}
    for package in ("portal", "workers"):
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(name: str, source: str, known: set[str]) -> Iterator[Import]:
    """Every run-time import of a module; what stands under TYPE_CHECKING does not count."""
    tree = ast.parse(source)
    typing_only = {id(node) for block in ast.walk(tree) if _is_typing_block(block) for node in ast.walk(block)}
    for node in ast.walk(tree):
        if id(node) in typing_only:
            continue
        if isinstance(node, ast.Import):
            yield from (Import(name, alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield Import(name, full if full in known else node.module, node.lineno)


def _is_typing_block(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test)


def all_imports(root: Path = ROOT) -> list[Import]:
    """Every import in portal and workers."""
    found = modules(root)
    known = set(found)
    return [one for name, path in found.items() for one in imports(name, path.read_text(encoding="utf-8"), known)]


def layer(name: str) -> int:
    """The layer of a portal module, 0 to 6 (see portal/__init__.py)."""
    parts = name.split(".")[1:]
    head = parts[0] if parts else "app"
    if head in KERNEL:
        return 0
    if head in RULES:
        return 1
    if head == "web":
        return 4
    if head in DESKS:
        return 5
    if head in FEATURES:
        return _feature_layer(parts)
    return 6


def _feature_layer(parts: list[str]) -> int:
    if len(parts) > 1 and parts[-1] in MODELS:
        return 2
    return 5 if len(parts) > 1 and parts[1] in VIEWS else 3


def feature(name: str) -> str | None:
    """The feature a module belongs to, if any."""
    parts = name.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FEATURES + DESKS else None


def complaint(one: Import) -> str | None:
    """Why an import may not stand, or None."""
    head = one.target.split(".")[0]
    if one.source.startswith("portal") and head == "workers":
        return "portal never imports workers; it rings by task name"
    below_views = one.source.startswith("workers") or layer(one.source) <= 3
    if below_views and head in FLASK:
        return "Flask below the views"
    if head != "portal" or one.target == "portal":
        return None
    if one.source.startswith("workers"):
        return _worker_complaint(one)
    return _layer_complaint(one) or _feature_complaint(one)


def _worker_complaint(one: Import) -> str | None:
    allowed = layer(one.target) <= 3 or one.target.startswith("portal.schema")
    return None if allowed else "a worker uses layers 0 to 3"


def _layer_complaint(one: Import) -> str | None:
    return "an import upwards" if layer(one.target) > layer(one.source) else None


def _feature_complaint(one: Import) -> str | None:
    own, other = feature(one.source), feature(one.target)
    if other is None or own == other:
        return "the web kernel knows no feature" if other and one.source.startswith("portal.web") else None
    if own is None:
        return None if layer(one.source) == 6 else f"layer {layer(one.source)} knows no feature"
    if other in DESKS:
        return "desks are imported by the root alone"
    if own in DESKS:
        return "another feature's views" if layer(one.target) == 5 else None
    if FEATURES.index(other) > FEATURES.index(own):
        return "a later feature"
    return "another feature's views" if layer(one.target) == 5 else None


def cycles(edges: list[Import]) -> list[tuple[str, ...]]:
    """Groups of modules that import each other in a circle (Tarjan's strongly connected components)."""
    graph: dict[str, set[str]] = {}
    for one in edges:
        graph.setdefault(one.source, set()).add(one.target)
    return [group for group in _components(graph) if len(group) > 1]


def _components(graph: dict[str, set[str]]) -> list[tuple[str, ...]]:
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[tuple[str, ...]] = []

    def visit(node: str) -> None:
        index[node] = low[node] = len(index)
        stack.append(node)
        for after in graph.get(node, ()):
            if after not in index:
                visit(after)
                low[node] = min(low[node], low[after])
            elif after in stack:
                low[node] = min(low[node], index[after])
        if low[node] == index[node]:
            cut = stack.index(node)
            found.append(tuple(sorted(stack[cut:])))
            del stack[cut:]

    for node in sorted(graph):
        if node not in index:
            visit(node)
    return found
