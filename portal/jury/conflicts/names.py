"""Names and companies as they are compared: composed (NFC), case-folded, without spaces and the marks between parts."""

from __future__ import annotations

import re
from collections.abc import Iterable

from portal.entries.search import folded

_MARKS = str.maketrans("", "", "-‐‑'’.·,()")
_FORMS = re.compile(r"주식회사|유한회사|㈜|\(주\)|\b(?:inc|ltd|llc|corp|gmbh|co)\b\.?", re.IGNORECASE)
SHORTEST = 2
_PROVIDERS = """gmail.com googlemail.com naver.com daum.net hanmail.net kakao.com nate.com outlook.com hotmail.com
live.com msn.com icloud.com me.com mac.com yahoo.com yahoo.co.kr yahoo.co.jp aol.com proton.me protonmail.com gmx.com
gmx.de mail.com web.de qq.com 163.com 126.com yandex.com yandex.ru mail.ru zoho.com"""
PUBLIC_MAIL_DOMAINS = frozenset(_PROVIDERS.split())


def key(name: str) -> str:
    """What two spellings of one name have in common; empty where there is too little to tell anybody by."""
    found = folded(folded(name).translate(_MARKS))
    return found if len(found) >= SHORTEST else ""


def person_keys(native: str, family: str = "", given: str = "") -> set[str]:
    """A person's name in native script, and in Latin script in both orders."""
    latin = (f"{family} {given}", f"{given} {family}") if family and given else (family or given,)
    return keys([native, *latin])


def keys(names: Iterable[str]) -> set[str]:
    """The keys of several names, without empty ones."""
    return {key(name) for name in names} - {""}


def company(name: str) -> str:
    """A company's name without what only tells its legal form."""
    return key(_FORMS.sub(" ", name))


def domain(email: str) -> str | None:
    """The mail domain that tells an employer or school, none for public providers."""
    found = email.rpartition("@")[2].strip().lower()
    return None if not found or found in PUBLIC_MAIL_DOMAINS else found


def same_domain(one: str, other: str) -> bool:
    """Whether two mail domains are one, or one lies within the other (cs.school.kr and school.kr)."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def names_domain(employer: str, mail_domain: str) -> bool:
    """Whether a company's name is the first word of a mail domain: Starlight and starlight.co.kr."""
    wanted = company(employer)
    return len(wanted) >= 3 and wanted in {key(part) for part in mail_domain.split(".")[:-1]}
