"""Words, dates and numbers in a person's language, without Flask.

The language and time zone in use live in a context variable: the web kernel sets them for a request, a worker
with `using(...)` for the person it writes to. English is the language of the source; every other language is
complete in `locale/<lang>/*.po`, one catalog for each feature.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from zoneinfo import ZoneInfo

from babel import Locale as Cldr
from babel.core import get_global
from babel.dates import get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from portal import paths

LANGUAGES = ("ko", "en")
NAMES = {"ko": "한국어", "en": "English"}
SEOUL = "Asia/Seoul"


@dataclass(frozen=True, slots=True)
class Locale:
    """A language and the time zone its reader lives in."""

    language: str = "ko"
    zone: str = SEOUL


_DEFAULT = Locale()
_current: ContextVar[Locale] = ContextVar("locale", default=_DEFAULT)


@contextmanager
def using(language: str, zone: str = SEOUL) -> Iterator[None]:
    """Speak `language` inside the block."""
    token = _current.set(Locale(language if language in LANGUAGES else "en", zone))
    try:
        yield
    finally:
        _current.reset(token)


def set_locale(language: str, zone: str = SEOUL) -> None:
    """Speak `language` from here on in this context (the web kernel, once for each request)."""
    _current.set(Locale(language, zone))


def language() -> str:
    """The language in use, `ko` or `en`."""
    return _current.get().language


def other() -> str:
    """The language a text of both is shown in besides: English to Koreans, Korean to everybody else."""
    return "en" if language() == "ko" else "ko"


def korean_day(moment: datetime) -> date:
    """The day it is in Seoul at a moment: what deadlines, rules and licences mean by a day."""
    return moment.astimezone(ZoneInfo(SEOUL)).date()


def zone() -> ZoneInfo:
    """The reader's time zone."""
    return ZoneInfo(_current.get().zone)


@cache
def catalog(language: str) -> NullTranslations:
    """All catalogs of a language, merged; English is the source itself."""
    merged = NullTranslations()
    if language == "en":
        return merged
    for path in sorted((paths.LOCALE / language).glob("*.po")):
        with path.open("rb") as source:
            compiled = BytesIO()
            write_mo(compiled, read_po(source, locale=language))
        compiled.seek(0)
        translations = GNUTranslations(compiled)
        if isinstance(merged, GNUTranslations):
            merged._catalog.update(  # type: ignore[attr-defined]
                {key: value for key, value in translations._catalog.items() if key != ""}  # type: ignore[attr-defined]
            )
        else:
            merged = translations
    return merged


def translate(message: str) -> str:
    """The message in the language in use."""
    return catalog(language()).gettext(message) if message else ""


def ngettext(singular: str, plural: str, n: int) -> str:
    """The form of the message that fits `n`."""
    return catalog(language()).ngettext(singular, plural, n)


_ = translate


def N_(message: str) -> str:
    """Mark a module-level message for translation at use."""
    return message


def pick(ko: str | None, en: str | None) -> str:
    """The text in the language in use, or the other one where it is missing."""
    first, second = (ko, en) if language() == "ko" else (en, ko)
    return first or second or ""


_WEEKDAYS = {"ko": "월화수목금토일", "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _local(moment: datetime, tz: ZoneInfo | None = None) -> datetime:
    return moment.astimezone(tz or ZoneInfo(SEOUL))


def day(value: date | datetime, *, year: bool = False) -> str:
    """`2월 19일 금` or `Fri 19 Feb`; with the year where it could be misread. Seoul time."""
    local = _local(value) if isinstance(value, datetime) else value
    weekday = _WEEKDAYS[language()][local.weekday()]
    if language() == "ko":
        return (f"{local.year}년 " if year else "") + f"{local.month}월 {local.day}일 {weekday}"
    return f"{weekday} {local.day} {_MONTHS[local.month - 1]}" + (f" {local.year}" if year else "")


def clock_time(moment: datetime, tz: ZoneInfo | None = None) -> str:
    """`15:30`, in Seoul unless told otherwise."""
    return _local(moment, tz).strftime("%H:%M")


def city(zone: str) -> str:
    """The city of a time zone, `Asia/Seoul` or the like."""
    if zone == "UTC":
        return zone
    return _city_of_old_name(zone) or str(get_timezone_location(zone, locale=language(), return_city=True))


def _city_of_old_name(zone: str) -> str:
    """The city where CLDR keeps it under the zone's former name, as Kolkata's under Calcutta; Babel looks past it."""
    known = Cldr(language()).time_zones
    former = (old for old, new in get_global("zone_aliases").items() if new == zone)
    return next((known[old]["city"] for old in former if "city" in known.get(old, {})), "")


def moment(value: datetime, *, year: bool = False) -> str:
    """`2월 19일 금 15:30`, Seoul time."""
    separator = ", " if year and language() == "en" else " "
    return f"{day(value, year=year)}{separator}{clock_time(value)}"


def duration(seconds: int | float) -> str:
    """`14분 32초` or `14 min 32 s`."""
    minutes, rest = divmod(round(seconds), 60)
    if rest and not minutes:
        return f"{rest}초" if language() == "ko" else f"{rest} s"
    if language() == "ko":
        return f"{minutes}분 {rest}초" if rest else f"{minutes}분"
    return f"{minutes} min {rest} s" if rest else f"{minutes} min"


def number(value: int | float, digits: int = 0) -> str:
    """`2,067` or, with digits, `7.90`."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(format_decimal(value, pattern, locale=language()))


def file_size(size: int) -> str:
    """`2.4 GB`, `500 MB`, in decimal units as file managers show them."""
    value = float(size)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit in ("B", "kB") else f"{_tenths(value)} {unit}"
        value /= 1000
    return f"{_tenths(value)} TB"


def _tenths(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
