"""Shows a mail's HTML in a page without loosening the page's security.

Mail programs want styles on every element, a strict content policy forbids them there: a preview moves them into one
style element that carries the answer's nonce. Mails hold `style="…"` only where our own templates wrote it.
"""

from __future__ import annotations

import re

_STYLE = re.compile(r'(<[a-z][^<>]*?) style="([^"<>]*)"')


def framed(html: str, nonce: str, *, fonts: str, open_links: bool = False) -> str:
    """The mail as a document of its own, styled under `nonce`; its links open in the whole window if wanted.

    `fonts` is the address of the portal's fonts, the last resort on a machine without Korean ones.
    """
    rules: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        name = rules.setdefault(found.group(2), f"s{len(rules)}")
        return f'{found.group(1)} class="{name}"'

    body = _STYLE.sub(named, html)
    sheet = "".join(f".{name}{{{declarations}}}" for declarations, name in rules.items())
    head = (
        f'<link rel="stylesheet" href="{fonts}">'
        f'<style nonce="{nonce}">{sheet.replace("sans-serif", "PAN Sans,sans-serif")}</style>'
        f"{'<base target=_top>' if open_links else ''}"
    )
    return body.replace("</head>", f"{head}</head>", 1)


def content_policy(nonce: str, *, open_links: bool = False) -> str:
    """The content policy of such a document: no script, only our style and fonts, shown only inside our own pages.

    It keeps its origin, without which no font loads; as no script ever runs in it, that gives nothing away.
    """
    allowed = " allow-top-navigation-by-user-activation" if open_links else ""
    return (
        f"default-src 'none'; style-src 'self' 'nonce-{nonce}'; font-src 'self'; img-src data:; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin{allowed}"
    )
