"""Every route has its policy, every link of a mail leads somewhere, every template parses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes

from portal import links, paths
from portal.app import create_app
from portal.settings import Settings
from portal.web import access


@pytest.fixture(scope="module")
def routed(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application; no page is asked for, so it needs no database."""
    data = tmp_path_factory.mktemp("routes")
    return create_app(Settings(data=data, database_url=f"sqlite:///{data / 'x.sqlite3'}", secret_key="k" * 40))


def test_every_route_has_a_policy(routed: Flask) -> None:
    bare = [name for name, view in routed.view_functions.items() if name != "static" and not hasattr(view, "policy")]
    assert bare == []


def test_a_planted_view_without_a_policy_is_refused(routed: Flask) -> None:
    with routed.test_request_context("/health"):
        routed.view_functions["planted"] = lambda: "open"
        try:
            from flask import request

            request.url_rule = type("Rule", (), {"endpoint": "planted"})()  # type: ignore[assignment]
            with pytest.raises(RuntimeError, match="planted has no policy"):
                access.refuse_unguarded()
        finally:
            del routed.view_functions["planted"]


def _paths_of_links() -> list[str]:
    source = Path(links.__file__).read_text(encoding="utf-8")
    return re.findall(r'_page\(f?"([^"]+)"\)', source)


@pytest.mark.parametrize("path", _paths_of_links())
def test_every_link_of_a_mail_is_answered(routed: Flask, path: str) -> None:
    concrete = "/ko" + re.sub(r"\{.*\}", "X", path)
    adapter = routed.url_map.bind("portal.test")
    assert adapter.match(concrete, method="GET")[0]


def _templates() -> list[str]:
    return sorted(str(path.relative_to(paths.TEMPLATES)) for path in paths.TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("name", _templates())
def test_every_template_parses_and_names_real_endpoints(routed: Flask, name: str) -> None:
    source, _, _ = routed.jinja_env.loader.get_source(routed.jinja_env, name)  # type: ignore[union-attr]
    routed.jinja_env.compile(source, name)
    tree = routed.jinja_env.parse(source)
    asked = [
        call.args[0].value
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name) and call.node.name == "url_for"
        if call.args and isinstance(call.args[0], nodes.Const)
    ]
    assert [endpoint for endpoint in asked if endpoint not in routed.view_functions] == []


@pytest.mark.parametrize("name", _templates())
def test_no_template_holds_inline_script_or_style(name: str) -> None:
    source = (paths.TEMPLATES / name).read_text(encoding="utf-8")
    if name.startswith("mail/"):
        assert "<script" not in source
        return
    assert re.findall(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)[^>]*>", source) == []
    assert re.findall(r"<style(?![^>]*nonce=)", source) == []
    assert re.findall(r"\sstyle=|\son[a-z]+=", source) == []


def test_places_in_menus_exist(routed: Flask) -> None:
    from portal.navigation import OPS, PUBLIC, WORK

    missing = [place.endpoint for place in (*PUBLIC, *WORK, *OPS) if place.endpoint]
    assert [endpoint for endpoint in missing if endpoint not in routed.view_functions] == []
