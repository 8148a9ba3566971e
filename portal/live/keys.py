"""Who somebody in the audience is, without saying who: digests salted with the installation's secret. Pure.

A key holds for one scope alone (a screening's questions, one ballot box), so that nobody can be followed from one
evening to the next.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress


def of(secret_key: str, scope: str, kind: str, value: str | int) -> str:
    """The key of a ticket, a person or a browser; 64 hexadecimal digits."""
    told = f"live\n{scope}\n{kind}\n{value}"
    return hmac.new(secret_key.encode(), told.encode(), hashlib.sha256).hexdigest()


def source(secret_key: str, scope: str, address: str) -> str:
    """The key of a network address; of IPv6 the network alone counts, as a household has a whole one."""
    try:
        found = ipaddress.ip_address(address)
        if found.version == 6:
            address = str(ipaddress.ip_network((found, 64), strict=False))
    except ValueError:
        pass  # a name, or nothing: it is digested as it is
    return of(secret_key, scope, "address", address)
