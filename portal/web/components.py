"""The component library: every macro of templates/components becomes a global of the Jinja environment.

Globals instead of file-level imports, because htmx receives single blocks and a block does not run its file's imports.
"""

from collections.abc import Callable, Iterator

from jinja2 import Environment, Template
from markupsafe import Markup

from portal import i18n
from portal.web import charts
from portal.web.cards import labelled
from portal.web.icons import icon
from portal.web.stills import scene

FOLDER = "components/"
FORMATS: dict[str, Callable[..., str]] = {
    "day": i18n.day,
    "clock_time": i18n.clock_time,
    "moment": i18n.moment,
    "duration": i18n.duration,
    "number": i18n.number,
    "file_size": i18n.file_size,
}


def register(env: Environment) -> None:
    """Give the environment the formats, icons and charts that components use, and all their macros as globals."""
    env.filters.update(FORMATS, labelled=labelled)
    env.globals["icon"] = icon
    env.globals["glyph"] = icon  # the same function for macros that have an `icon` parameter of their own
    env.globals["charts"] = charts
    env.globals["scene"] = scene
    for name in component_files(env):
        env.globals.update(macros(env, env.get_template(name)))


def component_files(env: Environment) -> list[str]:
    """Name the component templates the environment can load, in a stable order."""
    return env.list_templates(filter_func=lambda name: name.startswith(FOLDER) and name.endswith(".html"))


def macros(env: Environment, template: Template) -> Iterator[tuple[str, Callable[..., Markup]]]:
    """Yield the public macros of one file, bound to the living globals so that they may call each other."""
    module = template.make_module(env.globals, shared=True)
    for name, value in vars(module).items():
        if not name.startswith("_") and callable(value):
            yield name, value
