"""Shows a mail's HTML in a page without loosening the page's security.

Mail programs want styles on every element, a strict content policy forbids them there: a preview moves them into one
style element that carries the answer's nonce. Mails hold `style="…"` only where our own templates wrote it.
"""

from __future__ import annotations

import re

_STYLE = re.compile(r'(<[a-z][^<>]*?) style="([^"<>]*)"')


def framed(html: str, nonce: str, *, open_links: bool = False) -> str:
    """The mail as a document of its own, styled under `nonce`; its links open in the whole window if wanted."""
    rules: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        name = rules.setdefault(found.group(2), f"s{len(rules)}")
        return f'{found.group(1)} class="{name}"'

    body = _STYLE.sub(named, html)
    sheet = "".join(f".{name}{{{declarations}}}" for declarations, name in rules.items())
    head = f'<style nonce="{nonce}">{sheet}</style>' + ('<base target="_top">' if open_links else "")
    return body.replace("</head>", f"{head}</head>", 1)


def content_policy(nonce: str, *, open_links: bool = False) -> str:
    """The content policy of such a document: no script, nothing fetched, shown only inside our own pages."""
    allowed = " allow-top-navigation-by-user-activation" if open_links else ""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"frame-ancestors 'self'; sandbox{allowed}"
    )
