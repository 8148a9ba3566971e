"""The layers hold, no import goes in a circle, and the test that says so can fail."""

from __future__ import annotations

import ast

import pytest

from tests import architecture
from tests.architecture import Import


def test_no_import_points_upwards() -> None:
    complaints = [
        f"{one.source}:{one.line} imports {one.target}: {why}"
        for one in architecture.all_imports()
        if (why := architecture.complaint(one))
    ]
    assert complaints == []


def test_no_import_cycle() -> None:
    assert architecture.cycles(architecture.all_imports()) == []


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("portal.clock", "portal.policies"),
        ("portal.entries.service", "flask"),
        ("portal.entries.service", "portal.jury.service"),
        ("portal.entries.views", "portal.accounts.views"),
        ("portal.entries.models", "portal.entries.service"),
        ("portal.web.pages", "portal.entries.queries"),
        ("portal.jury.service", "portal.web.current"),
        ("portal.jury.views", "portal.organizer.views"),
        ("portal.jury.service", "workers.jury"),
        ("workers.jury", "portal.jury.views"),
        ("workers.jury", "flask"),
        ("portal.policies", "portal.entries.models"),
    ],
)
def test_a_planted_forbidden_import_is_found(source: str, target: str) -> None:
    assert architecture.complaint(Import(source, target, 1)) is not None


def test_a_planted_cycle_is_found() -> None:
    edges = [Import("portal.a", "portal.b", 1), Import("portal.b", "portal.c", 1), Import("portal.c", "portal.a", 1)]
    assert architecture.cycles(edges) == [("portal.a", "portal.b", "portal.c")]


def test_imports_for_types_alone_do_not_count() -> None:
    source = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from portal.jury import models\n"
    assert [one.target for one in architecture.imports("portal.policies", source, set())] == ["typing"]


def _calls(tree: ast.AST, method: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == method
    ]


def _state_writes(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Attribute) and target.attr == "state"
    ]


def test_only_advance_writes_a_state() -> None:
    written = [
        f"{name}:{line}"
        for name, path in architecture.modules().items()
        for line in _state_writes(ast.parse(path.read_text(encoding="utf-8")))
        if name != "portal.lifecycles"
    ]
    assert written == []


def test_only_kernel_and_roots_commit() -> None:
    committed = [
        f"{name}:{line}"
        for name, path in architecture.modules().items()
        if name.startswith("portal.") and architecture.layer(name) in (1, 2, 3, 5)
        for line in _calls(ast.parse(path.read_text(encoding="utf-8")), "commit")
    ]
    assert committed == []


def test_only_settings_reads_the_environment() -> None:
    allowed = ("portal.settings", "portal.cli", "portal.local", "portal.media.child")
    readers = [
        name
        for name, path in architecture.modules().items()
        if "os.environ" in path.read_text(encoding="utf-8") and not name.startswith(allowed)
    ]
    assert readers == []


def test_only_the_clock_knows_the_time() -> None:
    readers = [
        name
        for name, path in architecture.modules().items()
        if "datetime.now(" in path.read_text(encoding="utf-8") and name != "portal.clock"
    ]
    assert readers == []


def test_rooms_are_not_too_large() -> None:
    large = {name: lines for name, path in architecture.modules().items() if (lines := _lines(path.read_text())) > 400}
    assert large == {}


def test_functions_are_not_too_long() -> None:
    long = [
        f"{name}:{node.lineno} {node.name}"
        for name, path in architecture.modules().items()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
    ]
    assert long == []


def _lines(source: str) -> int:
    return source.count("\n")
