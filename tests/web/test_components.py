"""Components are valid without JavaScript, named for everybody, safe against what people type, and documented."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace as Sample

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Form, IntegerField, RadioField, SelectField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice

from portal import i18n, paths
from portal.web import components, icons
from portal.web.forms import Line
from portal.web.pagination import Page
from portal.web.styleguide import REEL, SHOTS

EVIL = '"><script>alert(1)</script>'


@pytest.fixture(scope="module")
def env() -> Environment:
    """The environment of the portal's templates, without Flask."""
    found = Environment(
        loader=FileSystemLoader(paths.TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.globals.update(
        _=i18n.translate,
        ngettext=i18n.ngettext,
        language=i18n.language,
        csrf_token=lambda: "token",
        nonce=lambda: "nonce",
        static_url=lambda path: f"/static/{path}",
        request=Sample(args=MultiDict([("q", "판 & 놀이"), ("page", "2")])),
    )
    components.register(found)
    return found


def draw(env: Environment, source: str, **context: object) -> Markup:
    """Render a template source with the components."""
    return Markup(env.from_string(source).render(**context))


class Elements(HTMLParser):
    """Collects start tags with their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]

    def one(self, tag: str) -> dict[str, str | None]:
        [found] = self.all(tag)
        return found


def _sources() -> Iterator[tuple[str, str]]:
    for path in sorted(paths.TEMPLATES.rglob("*.html")):
        if path.relative_to(paths.TEMPLATES).parts[0] != "mail":
            yield str(path.relative_to(paths.TEMPLATES)), path.read_text(encoding="utf-8")


# The library as a whole


def test_every_macro_is_a_global_and_no_name_is_taken_twice(env: Environment) -> None:
    names = [
        name for file in components.component_files(env) for name, _ in components.macros(env, env.get_template(file))
    ]
    assert len(names) == len(set(names)) > 80
    assert all(callable(env.globals[name]) for name in names)


def test_every_macro_says_in_one_comment_what_it_is() -> None:
    silent = [
        f"{path.name}: {name}"
        for path in sorted((paths.TEMPLATES / "components").glob("*.html"))
        for source in [path.read_text(encoding="utf-8")]
        for name in re.findall(r"{% macro ([a-z]\w*)\(", source)
        if not re.search(rf"{{# {name}\([^#]*-?#}}\s*{{% macro {name}\(", source)
    ]
    assert silent == []


def test_macros_translate_when_called_not_when_loaded(env: Environment) -> None:
    with i18n.using("ko"):
        korean = draw(env, "{{ skip() }}")
    with i18n.using("en"):
        english = draw(env, "{{ skip() }}")
    assert "본문으로 건너뛰기" in korean
    assert "Skip to the content" in english


@pytest.mark.parametrize(("name", "source"), list(_sources()), ids=lambda value: value if len(value) < 60 else "")
def test_templates_carry_no_inline_style_or_script(name: str, source: str) -> None:
    assert not re.search(r"\sstyle\s*=", source), "a style attribute breaks the content security policy"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", source), "an inline handler breaks the content security policy"
    assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/(?:ld\+)?json)", source), "inline script"
    assert not re.search(r"<style(?![^>]*nonce=)", source), "a style element needs the nonce"


def test_only_our_own_hosts_are_named() -> None:
    assert [name for name, source in _sources() if re.search(r"(?:src|href)=[\"']https?://", source)] == []


# Buttons, tags, icons


def test_a_button_with_an_address_is_a_link(env: Environment) -> None:
    html = Elements(draw(env, "{{ btn('열기', href='/a?b=1&c=2', icon='eye') }}"))
    assert html.one("a")["href"] == "/a?b=1&c=2"
    assert html.all("button") == []


def test_a_button_that_opens_a_dialog_never_submits(env: Environment) -> None:
    assert Elements(draw(env, "{{ btn('열기', open='x') }}")).one("button")["type"] == "button"


def test_an_icon_button_has_a_name(env: Environment) -> None:
    assert '<span class="vh">삭제</span>' in draw(env, "{{ iconbtn('trash-2', '삭제') }}")


def test_an_unknown_icon_is_a_mistake_not_a_gap() -> None:
    with pytest.raises(KeyError):
        icons.icon("no-such-icon")


def test_an_icon_is_decoration_unless_named() -> None:
    assert 'aria-hidden="true"' in icons.icon("x")
    assert 'role="img" aria-label="닫기"' in icons.icon("x", label="닫기")
    assert "<script>" not in icons.icon("x", label=EVIL)


def test_every_icon_named_in_templates_exists() -> None:
    used = {name for _, source in _sources() for name in re.findall(r"(?:icon|glyph)\('([a-z0-9-]+)'", source)}
    used |= {name for _, source in _sources() for name in re.findall(r"\b(?:icon|after)='([a-z0-9-]+)'", source)}
    assert sorted(used - set(icons.SHAPES)) == []


# Forms


def test_a_field_is_tied_to_its_label_hint_and_error(env: Environment) -> None:
    html = draw(env, "{{ field('mail', '메일', 'x@', type='email', hint='자주 보는 메일', error='고쳐 주세요') }}")
    control = Elements(html).one("input")
    assert control["id"] == "mail"
    assert control["aria-describedby"] == "e-mail h-mail"
    assert control["aria-invalid"] == "true"
    assert 'for="mail"' in html
    assert 'id="e-mail"' in html


def test_a_field_without_error_keeps_an_empty_place_for_it(env: Environment) -> None:
    html = draw(env, "{{ field('mail', '메일') }}")
    assert re.search(r'id="e-mail" hidden', html)
    assert "aria-invalid" not in html


@pytest.mark.parametrize(
    "source",
    [
        "{{ field('t', evil, evil, hint=evil, error=evil) }}",
        "{{ textarea('t', evil, evil, maxlength=50) }}",
        "{{ select('t', evil, [(evil, evil)], evil) }}",
        "{{ checkbox('t', evil) }}",
        "{{ btn(evil, href=evil, more=evil) }}",
        "{{ tag(evil) }}",
        "{{ errorsummary([('t', evil)]) }}",
        "{{ emptystate('film', evil, evil) }}",
        "{{ diff409(evil, evil, [('t', evil, evil, evil)], 1, '/x') }}",
        "{{ mailblock(evil, evil, evil) }}",
    ],
)
def test_what_people_type_stays_text(env: Environment, source: str) -> None:
    assert "<script>" not in draw(env, source, evil=EVIL)


def test_choices_remember_the_answer(env: Environment) -> None:
    html = Elements(draw(env, "{{ radiopick('real', '바꿨나요?', [('no', '아니요'), ('yes', '네')], 'yes') }}"))
    assert [radio["value"] for radio in html.all("input") if "checked" in radio] == ["yes"]
    assert [radio["id"] for radio in html.all("input")] == ["real-no", "real-yes"]


def test_a_select_compares_numbers_and_text_alike(env: Environment) -> None:
    html = Elements(draw(env, "{{ select('n', '수', [(1, '하나'), (2, '둘')], '2') }}"))
    assert [option["value"] for option in html.all("option") if "selected" in option] == ["2"]


def test_a_counter_counts_on_the_server_too(env: Environment) -> None:
    with i18n.using("ko"):
        assert "3자 / 600자" in draw(env, "{{ textarea('t', '글', '가나다', maxlength=600) }}")


def test_an_error_summary_links_to_its_fields_and_is_silent_without_errors(env: Environment) -> None:
    html = draw(env, "{{ errorsummary([('voice', '음성을 골라 주세요')]) }}")
    assert Elements(html).one("a")["href"] == "#voice"
    assert 'role="alert"' in html
    assert draw(env, "{{ errorsummary([]) }}") == ""


class EveryField(Form):
    """One field of each kind that formfield draws."""

    title = Line("제목")
    minutes = IntegerField("분")
    about = TextAreaField("소개", description="두 문장")
    kind = SelectField("부문", choices=[SelectChoice("short", "단편"), SelectChoice("ad", "광고")])
    real = RadioField("바꿨나요?", choices=[SelectChoice("no", "아니요"), SelectChoice("yes", "네")])
    needs = SelectMultipleField(
        "필요한 것", choices=[SelectChoice("wheel", "휠체어 자리"), SelectChoice("sub", "자막")]
    )
    agree = BooleanField("동의해요")


def test_forms_are_drawn_with_their_answers_and_errors(env: Environment) -> None:
    sent = MultiDict(
        [("title", "편지"), ("minutes", "열"), ("kind", "ad"), ("real", "yes"), ("needs", "sub"), ("agree", "y")]
    )
    form = EveryField(sent)
    form.validate()
    html = draw(env, "{% for f in form %}{{ formfield(f) }}{% endfor %}", form=form)
    elements = Elements(html)
    by_name = {(tag, one.get("name")): one for tag, one in elements.found if one.get("name")}
    assert by_name["input", "title"]["value"] == "편지"
    assert by_name["input", "minutes"]["aria-invalid"] == "true"
    assert by_name["textarea", "about"]["aria-describedby"] == "h-about"
    assert [one["value"] for one in elements.all("option") if "selected" in one] == ["ad"]
    assert "checked" in by_name["input", "agree"]
    ticked = [one["value"] for one in elements.all("input") if one["name"] in ("real", "needs") and "checked" in one]
    assert ticked == ["yes", "sub"]


def test_a_post_button_is_a_form_with_its_token(env: Environment) -> None:
    html = Elements(draw(env, "{{ postbtn('취소', '/x', fields={'rev': 3}) }}"))
    assert html.one("form")["method"] == "post"
    assert {one["name"]: one["value"] for one in html.all("input")} == {"csrf_token": "token", "rev": "3"}


# The label


@pytest.mark.parametrize("n", range(4))
def test_the_four_moons_differ(env: Environment, n: int) -> None:
    moons = {draw(env, f"{{{{ phase({one}) }}}}") for one in range(4)}
    assert len(moons) == 4
    assert 'aria-hidden="true"' in draw(env, f"{{{{ phase({n}) }}}}")


def test_the_label_says_in_words_what_its_moons_show(env: Environment) -> None:
    label = Sample(
        tier=2, headline="일부 AI", phases=[("대본", 0, "사람"), ("영상", 3, "AI 생성")], badges=["합성 음성"]
    )
    words = re.sub(r"<[^>]+>", "", draw(env, "{{ ailabel(label) }}", label=label))
    assert "AI 사용 표시: 일부 AI" in re.sub(r"\s+", " ", words)
    assert "영상: AI 생성" in words
    assert "합성 음성" in words


def test_the_shot_map_says_in_words_what_it_draws_and_leads_to_each_moment(env: Environment) -> None:
    html = draw(env, "{{ shotmap(shots, 'm', '/media/film') }}", shots=SHOTS)
    assert "AI로 변형 40초" in re.search(r"<title[^>]*>(.*?)</title>", html, re.DOTALL)[1]  # type: ignore[index]
    assert [link["href"] for link in Elements(html).all("a")] == [f"/media/film#t={n}" for n in (0, 150, 190)]
    assert draw(env, "{{ shotmap(shots, 'm') }}", shots=SHOTS).count("<a ") == 0


def test_what_viewers_have_to_know_stands_before_the_player_without_javascript(env: Environment) -> None:
    html = draw(env, "{{ player(reel, notice=told) }}", reel=REEL, told="진짜가 아니에요")
    assert html.index("진짜가 아니에요") < html.index("<video")
    assert re.search(r"data-before hidden", html)
    assert "data-before" not in draw(env, "{{ player(reel) }}", reel=REEL)


def test_the_matrix_posts_one_degree_for_each_scope(env: Environment) -> None:
    html = draw(
        env,
        "{{ phasematrix([('SCR', '대본', ''), ('VID', '영상', '')], [('N', '안 씀', '', 0), ('G', 'AI 생성', '', 3)],"
        " {'VID': 'G'}, errors={'SCR': '골라 주세요'}) }}",
    )
    radios = Elements(html).all("input")
    assert {radio["name"] for radio in radios} == {"degree-SCR", "degree-VID"}
    assert [radio["id"] for radio in radios if "checked" in radio] == ["degree-VID-G"]
    assert "골라 주세요" in html
    assert len(re.findall("<em>AI 생성</em>", html)) == 2, "every radio has its name in words"


def test_a_film_without_a_still_keeps_its_own_scene(env: Environment) -> None:
    one, again, other = (draw(env, "{{ frame(seed=title) }}", title=title) for title in ("신호", "신호", "눈의 소리"))
    assert one == again != other
    assert "<img" not in one


# Lists, seats, pages


def test_pages_keep_the_filters(env: Environment) -> None:
    page = Page(rows=(), number=2, size=50, total=412)
    links = [link["href"] for link in Elements(draw(env, "{{ pagination(page) }}", page=page)).all("a")]
    assert links == ["?q=%ED%8C%90%20%26%20%EB%86%80%EC%9D%B4&page=1", "?q=%ED%8C%90%20%26%20%EB%86%80%EC%9D%B4&page=3"]


def test_one_page_needs_no_links(env: Environment) -> None:
    assert draw(env, "{{ pagination(page) }}", page=Page(rows=(), number=1, size=50, total=3)) == ""


def test_sold_out_is_said_in_words(env: Environment) -> None:
    with i18n.using("ko"):
        assert "매진" in draw(env, "{{ seatmeter(0, 300, 17) }}")
        assert "23석 남음" in draw(env, "{{ seatmeter(23, 300) }}")


@pytest.mark.parametrize(("percent", "width"), [(-5, "0"), (62.44, "62.4"), (140, "100")])
def test_a_meter_stays_between_its_ends(env: Environment, percent: float, width: str) -> None:
    drawn = Elements(draw(env, "{{ meter(p) }}", p=percent)).one("rect")["width"] or ""
    assert drawn.removesuffix("%").removesuffix(".0") == width


def test_a_task_that_cannot_start_is_no_link(env: Environment) -> None:
    task = Sample(title="확인하고 제출", href=None, state="아직 안 돼요", kind="", current=False)
    assert Elements(draw(env, "{{ tasklist([('마무리', [task])]) }}", task=task)).all("a") == []


def test_a_sorted_column_says_so(env: Environment) -> None:
    source = (
        "{% call table('표', ['이름', ('점수', {'num': True, 'href': '?s', 'sort': 'descending'})]) %}{% endcall %}"
    )
    heads = Elements(draw(env, source)).all("th")
    assert [head.get("aria-sort") for head in heads] == [None, "descending"]
