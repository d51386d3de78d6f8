"""A compiled template prints what Django's own nodes print, and of what is shown in great numbers every node is compiled."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.template import Context, Template, engines
from django.template.base import VariableDoesNotExist
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy
from django_cotton.compiler_regex import CottonCompiler

from apps.core.web.components import ComponentNode
from apps.core.web.node_lists import CompiledNodeList, compiled

ROWS = [
    "homologation/status.html", "homologation/outcome.html", "homologation/tally.html", "portfolio/projects/holder.html",
    "portfolio/projects/stage.html", "portfolio/projects/late.html",
]  # fmt: skip
"""What stands in a page once for each of its rows."""


class Thing:
    """Answers in each of the ways in which a value of a template may."""

    name = '<b> & "c"'
    items = {"a": 1, "keys": 2}

    def method(self):
        return "of the method"

    def with_argument(self, argument):
        return argument

    def delete(self):
        raise AssertionError("a template changes nothing")

    delete.alters_data = True

    def __bool__(self):
        return False

    @property
    def lacking(self):
        raise ObjectDoesNotExist

    @property
    def broken(self):
        raise AttributeError("a fault of ours")


class NotCalled:
    do_not_call_in_templates = True
    name = "n"

    def __call__(self):
        raise AssertionError("not to be called")


def values() -> dict[str, object]:
    return {
        "thing": Thing(), "numbers": [3, 1, 2], "pairs": [("a", 1), ("b", 2)], "none": None, "yes": True, "price": 1234.5,
        "day": date(2026, 3, 1), "instant": datetime(2026, 3, 1, 15, tzinfo=UTC), "safe": mark_safe("<i>"), "text": "<i>",
        "lazy": lazystr("<u>"), "message": gettext_lazy("Cliente"), "maker": lambda: "made", "not_called": NotCalled(),
        "empty": [], "generator": (number for number in (1, 2)), "table": {"x": {"y": "z"}}, "key": "a",
    }  # fmt: skip


def template_of(source: str) -> Template:
    return engines["django"].from_string(CottonCompiler().process(source)).template


def by_both(source: str, language: str = "pt-br", autoescape: bool = True) -> tuple[str, str]:
    """What Django prints, and what the compiled template prints."""
    printed = []
    for prepare in (lambda template: template, _compiled):
        with translation.override(language):
            printed.append(prepare(template_of(source)).render(Context(values(), autoescape=autoescape)))
    return printed[0], printed[1]


def _compiled(template: Template) -> Template:
    template.nodelist = compiled(template.nodelist)
    return template


SOURCES = Path(__file__).with_name("compiled_templates.txt").read_text().splitlines()


@pytest.mark.parametrize("language", ["pt-br", "en"])
@pytest.mark.parametrize("source", SOURCES)
def test_it_prints_what_django_prints(source, language):
    by_django, by_ours = by_both(source, language)
    assert by_ours == by_django
    assert by_django.strip() or "generator" in source


@pytest.mark.parametrize("source", SOURCES[:6])
def test_a_text_that_is_not_escaped_is_printed_as_django_prints_it(source):
    by_django, by_ours = by_both(source, autoescape=False)
    assert by_ours == by_django


@pytest.mark.parametrize(
    ("source", "error"),
    [
        ("{{ thing.broken }}", AttributeError),
        ("{% for a, b in numbers %}{% endfor %}", ValueError),
        ("{{ text|default:nothing }}{{ text|add:nothing.here }}", VariableDoesNotExist),
        ("{% url 'no:such' %}", Exception),
    ],
)
def test_it_fails_where_django_fails(source, error):
    for prepare in (lambda template: template, _compiled):
        with pytest.raises(error):
            prepare(template_of(source)).render(Context(values()))


def test_a_template_of_the_house_is_compiled():
    assert isinstance(engines["django"].get_template("base.html").template.nodelist, CompiledNodeList)


@pytest.mark.parametrize(
    "name",
    sorted(path.stem.replace("_", "-") for path in (Path(__file__).parents[2] / "templates/cotton").glob("*.html")),
)
def test_every_node_of_a_component_is_compiled_but_those_of_forms_and_what_is_fixed(name):
    component = template_of(f"<c-{name} />").nodelist.get_nodes_by_type(ComponentNode)
    others = {"frame", "menu", "post-form"}  # They hold {% fixed %} and {% csrf_token %}, once a page.
    assert name == "icon" or name in others or all(node.loaded().nodes.is_plain for node in component)


@pytest.mark.parametrize("name", ROWS)
def test_every_node_of_a_row_is_compiled(name):
    nodes = engines["django"].get_template(name).template.nodelist
    assert isinstance(nodes, CompiledNodeList)
    assert nodes.is_plain
