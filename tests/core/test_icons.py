"""Icons are symbols of one file: each that is named is there, and no page carries a drawing of its own."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from apps.core import plugins
from apps.core.web import icons
from apps.prerequisites.evidence import showing
from presence_rollout.ops import icons as sprite
from tests.companies.factories import UserFactory

TEMPLATES = Path(settings.BASE_DIR) / "templates"
NAMED_IN_TEMPLATES = re.compile(r"""(?:icon(?:_end)?|<c-icon name)="([^"]+)\"""")
NAMED_IN_CODE = re.compile(r"""\bicon(?:: str)? ?= ?"([^"]+)\"""")
TAG = re.compile(r"{%.*?%}|{{.*?}}")


def named(folder: str, suffix: str, pattern: re.Pattern[str]) -> set[str]:
    paths = (Path(settings.BASE_DIR) / folder).rglob(f"*{suffix}")
    values = [value for path in paths for value in pattern.findall(path.read_text(encoding="utf-8"))]
    return {name for value in values for name in TAG.sub(" ", value).split()}


def test_every_icon_that_a_template_names_is_in_the_sprite():
    names = named("templates", ".html", NAMED_IN_TEMPLATES)
    assert len(names) > 80
    assert names <= icons.names()


def test_every_icon_that_the_code_names_is_in_the_sprite():
    names = named("apps", ".py", NAMED_IN_CODE)
    names |= {event.icon for event in plugins.events().values()} | {page.icon for page in plugins.pages()}
    names |= {line[1] for line in [*showing.PLACES.values(), *showing.DOCUMENTS.values()]}
    assert len(names) > 80
    assert names <= icons.names()


def test_the_sprite_holds_lucides_drawings_and_nothing_that_is_nowhere_named():
    names = sprite.names_in_sprite()
    assert names == icons.names()
    assert names <= sprite.words_of_the_source()
    assert sprite.SPRITE.read_bytes() == sprite.sprite(names)


def test_an_icon_that_does_not_exist_is_no_empty_square():
    with pytest.raises(icons.UnknownIcon):
        icons.draw("chekc")


def test_the_title_of_an_icon_is_read_aloud_and_escaped_and_without_one_it_is_hidden():
    assert 'role="img" aria-label="a &lt;b&gt; &quot;c&quot;"' in icons.draw("check", title='a <b> "c"')
    assert 'aria-hidden="true"' in icons.draw("check")


def test_a_document_shows_no_icon_since_it_takes_nothing_from_outside_itself():
    documents = [*TEMPLATES.rglob("*_pdf*.html"), *TEMPLATES.rglob("*.txt")]
    assert len(documents) > 20
    assert not [
        path.name for path in documents if "<c-" in path.read_text("utf-8") or "{% icon" in path.read_text("utf-8")
    ]


@pytest.mark.django_db
def test_a_page_refers_to_the_sprite_and_carries_no_drawing_of_its_own(client_for):
    html = client_for(UserFactory()).get("/conta/perfil/").content.decode()
    drawings = re.findall(r"<svg width.*?</svg>", html, re.DOTALL)
    assert len(drawings) > 10
    assert all(re.search(r'<use href="/static/img/icons[^"]*\.svg#[a-z0-9-]+"></use>', drawing) for drawing in drawings)
    # The product's mark, once in each of the two bars.
    assert html.count("<path") == html.count("M5.5 12.5h4.2")
