"""Korean is complete: every message of the code and the templates has its translation, placeholders included."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from portal import i18n, paths

KEYWORDS = {"_": None, "N_": None, "translate": None, "gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**.html", "jinja2"), ("**.txt", "jinja2")]
OPTIONS = {name: {"trim_blocks": "true", "lstrip_blocks": "true"} for name in ("**.html", "**.txt")}
_FIELD = re.compile(r"\{([a-z_0-9]*)[^}]*\}")


def _messages(folder: Path) -> dict[str | tuple[str, ...], str]:
    found = {}
    for name, line, message, _, _ in extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS):
        if message and any(message):
            found[message] = f"{folder.name}/{name}:{line}"
    return found | dict(_inside_f_strings(folder))


def _inside_f_strings(folder: Path) -> Iterator[tuple[str | tuple[str, ...], str]]:
    """What Babel does not see before Python 3.12: calls within the braces of an f-string."""
    for path in sorted(folder.rglob("*.py")):
        for whole in ast.walk(ast.parse(path.read_text())):
            if isinstance(whole, ast.JoinedStr):
                calls = (part for part in ast.walk(whole) if isinstance(part, ast.Call))
                yield from ((message, f"{path}:{call.lineno}") for call in calls if (message := _message(call)))


def _message(call: ast.Call) -> str | tuple[str, ...] | None:
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    if name not in KEYWORDS or not words:
        return None
    return (words[0], words[1]) if name == "ngettext" and len(words) > 1 else words[0]


def _used() -> dict[str | tuple[str, ...], str]:
    return {**_messages(paths.PACKAGE), **_messages(paths.TEMPLATES), **_messages(paths.PACKAGE.parent / "workers")}


def _catalog(language: str) -> dict[str, Message]:
    found: dict[str, Message] = {}
    for path in sorted((paths.LOCALE / language).glob("*.po")):
        with path.open("rb") as source:
            for message in read_po(source, locale=language):
                if message.id:
                    found[message.id[0] if isinstance(message.id, tuple) else message.id] = message
    return found


def _first(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


def _texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else [text for text in message.string if text]


def missing(used: dict[str | tuple[str, ...], str], catalog: dict[str, Message]) -> list[str]:
    """`place: message` for everything without a translation."""
    return [
        f"{place}: {_first(message)!r}"
        for message, place in used.items()
        if _first(message) not in catalog or catalog[_first(message)].fuzzy or not any(_texts(catalog[_first(message)]))
    ]


def test_korean_is_complete() -> None:
    assert missing(_used(), _catalog("ko")) == []


def test_catalogs_do_not_disagree() -> None:
    said: dict[str, set[str]] = {}
    for path in (paths.LOCALE / "ko").glob("*.po"):
        with path.open("rb") as source:
            for message in read_po(source, locale="ko"):
                if message.id:
                    said.setdefault(str(message.id), set()).add("|".join(_texts(message)))
    assert {key: texts for key, texts in said.items() if len(texts) > 1} == {}


def test_a_planted_message_without_translation_is_found() -> None:
    assert missing({"A planted sentence nobody translated.": "here:1"}, _catalog("ko"))


def test_a_message_within_an_f_string_is_found(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("""said = f"{_('Hidden')}: {translate(text)} {ngettext('{n} a', '{n} b', 2)}" """)
    assert set(_messages(tmp_path)) == {"Hidden", ("{n} a", "{n} b")}


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        message.id
        for message in _catalog("ko").values()
        for text in _texts(message)
        if not set(_FIELD.findall(text))
        <= set(_FIELD.findall("".join(message.id if isinstance(message.id, tuple) else [message.id])))
    ]
    assert wrong == []


def test_no_translation_is_left_over() -> None:
    used = {_first(message) for message in _used()}
    assert sorted(set(_catalog("ko")) - used) == []


def test_english_is_the_source() -> None:
    with_korean = [place for message, place in _used().items() if re.search(r"[가-힣]", _first(message))]
    assert with_korean == []


def test_no_particle_follows_a_variable() -> None:
    particle = re.compile(r"\}(?:은|는|이|가|을|를|와|과|로|으로)(?=[\s.,!?]|$)")
    wrong = [text for message in _catalog("ko").values() for text in _texts(message) if particle.search(text)]
    assert wrong == []


def test_plurals_have_one_korean_form() -> None:
    with i18n.using("ko"):
        assert i18n.ngettext("{n} film", "{n} films", 1) == i18n.ngettext("{n} film", "{n} films", 5)
