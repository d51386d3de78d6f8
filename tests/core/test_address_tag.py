"""``{% url %}`` gives what Django's gives, and asks for each address once."""

import pytest
from django.template import engines
from django.urls import NoReverseMatch, path
from django.utils.safestring import SafeString

from apps.core.web import addresses


def nothing(request):
    """A view that is never called."""


urlpatterns = [
    path("<int:pk>/", nothing, name="number"),
    path("<str:word>/", nothing, name="word"),
    path("outro/", nothing, name="plain"),
]


@pytest.fixture(autouse=True)
def _these_addresses(settings):
    settings.ROOT_URLCONF = __name__


def render(source: str, **values) -> str:
    return engines["django"].from_string(source).render(values)


@pytest.mark.parametrize(
    ("source", "address"),
    [
        ("{% url 'plain' %}", "/outro/"),
        ("{% url 'number' 7 %}", "/7/"),
        ("{% url 'number' pk=7 %}", "/7/"),
        ("{% url 'word' word %}", "/a%20&amp;%20b/"),
        ("{% autoescape off %}{% url 'word' word %}{% endautoescape %}", "/a%20&%20b/"),
        ("{% url 'word' safe_word %}", "/a%20&amp;%20b/"),
        ("{% url name 7 %}", "/7/"),
        ("{% url 'number' 7 as page %}[{{ page }}]", "[/7/]"),
        ("{% url 'number' 'x' as page %}[{{ page }}]", "[]"),
        ("{% url 'nowhere' as page %}[{{ page }}]", "[]"),
    ],
)
def test_an_address_is_the_one_that_django_gives(source, address):
    values = {"word": "a & b", "safe_word": SafeString("a & b"), "name": "number"}
    assert render(source, **values) == address
    assert render(source, **values) == address


def test_an_address_is_worked_out_once(monkeypatch):
    addresses._address.cache_clear()
    render("{% for one in '123' %}{% url 'number' 7 %}{% endfor %}{% url 'number' 8 %}")
    assert addresses._address.cache_info().misses == 2


def test_what_has_no_address_is_still_an_error():
    for source in ("{% url 'nowhere' %}", "{% url 'number' 'x' %}", "{% url 'number' word %}"):
        with pytest.raises(NoReverseMatch):
            render(source, word="x")


def test_another_installation_has_addresses_of_its_own(settings):
    assert render("{% url 'plain' %}") == "/outro/"
    settings.ROOT_URLCONF = "presence_rollout.urls"
    with pytest.raises(NoReverseMatch):
        render("{% url 'plain' %}")
