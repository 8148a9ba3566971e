"""Addresses: one stored form of an e-mail, and no way out of the portal through `next`."""

from __future__ import annotations

import pytest

from portal.accounts.addresses import normal_email, own_path


def test_an_address_is_stored_in_one_form() -> None:
    decomposed = "박@example.kr"
    assert normal_email("  HAN@Example.COM ") == "han@example.com"
    assert normal_email(decomposed) == "박@example.kr"


@pytest.mark.parametrize("path", ["/ko/entries", "/en/jury?tab=done", "/ko/films/%ED%8E%B8%EC%A7%80", "/"])
def test_own_paths_pass(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        *("", None, "entries", "//evil.test", "///evil.test", "/\\evil.test", "\\\\evil.test", "https://evil.test/"),
        *("javascript:alert(1)", "/ko\r\nSet-Cookie: a=b", "/\tevil", "http:evil.test", "/" + "a" * 400, "//[x"),
    ],
)
def test_everything_else_is_dropped(path: str | None) -> None:
    assert own_path(path) == ""
