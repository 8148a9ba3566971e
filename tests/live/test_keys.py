"""Keys of people and places: one scope alone, and a household's whole IPv6 network as one."""

from __future__ import annotations

from portal.live import keys

SECRET = "s" * 40


def test_a_key_holds_in_its_scope_alone() -> None:
    made = {keys.of(SECRET, scope, kind, 1) for scope in ("A", "B") for kind in ("ticket", "person")}
    assert len(made) == 4
    assert all(len(key) == 64 for key in made)


def test_of_ipv6_the_network_counts() -> None:
    one, other, elsewhere = (keys.source(SECRET, "A", at) for at in ("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1"))
    assert one == other != elsewhere
    assert keys.source(SECRET, "A", "203.0.113.1") != keys.source(SECRET, "A", "203.0.113.2")
    assert keys.source(SECRET, "A", "")
