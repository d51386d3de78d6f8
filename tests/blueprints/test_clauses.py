"""Names in a clause: those of the four parties and of Presence's city, put in word for word."""

import pytest

from apps.blueprints.catalogues import clauses
from apps.blueprints.loading import loader
from apps.blueprints.models import Blueprint

pytestmark = pytest.mark.django_db

NAMES = {
    "client": "Loja",
    "presence": "Presence",
    "platform": "Shopify",
    "integrator": "Hub",
    "presence_city": "Cuiabá/MT",
}
CLAUSE = """
version = 1
[[clauses]]
key = "forum"
title = { pt = "Foro", en = "%(title)s" }
text = { pt = "Foro de {client}.", en = "%(text)s" }
"""
STRANGE = [
    "{customer}",
    "{client.__class__}",
    "{client!r}",
    "{0}",
    "{}",
    "{",
    "}",
    "{{client}}",
    "{ client }",
    "{Client}",
]


def test_each_of_the_names_is_put_in():
    text = "{client}, {presence}, {platform}, {integrator}, {presence_city} e {client}"
    assert clauses.filled(text, NAMES) == "Loja, Presence, Shopify, Hub, Cuiabá/MT e Loja"


@pytest.mark.parametrize(
    ("template", "city"),
    [("Foro de {presence_city}.", "Cuiabá/MT"), ("{presence_city}, {client}, {presence_city}", "Belém"), ("Foro.", "")],
)
def test_the_city_that_a_text_names_is_read_back(template, city):
    assert clauses.city_in(clauses.filled(template, NAMES | {"presence_city": city}), template, NAMES) == city


@pytest.mark.parametrize("text", ["Foro da capital.", "", "Foro de ."])
def test_a_text_of_another_template_names_no_city(text):
    assert clauses.city_in(text, "Foro de {presence_city}.", NAMES) == ""


@pytest.mark.parametrize("text", [text for text in STRANGE if text != "{{client}}"])
def test_anything_else_in_braces_stays_text(text):
    assert clauses.filled(f"a {text} b", NAMES) == f"a {text} b"


def test_a_name_with_braces_is_a_name():
    assert clauses.filled("{client}", {**NAMES, "client": "{presence} {client.__class__} {"}) == (
        "{presence} {client.__class__} {"
    )


def test_the_full_stop_of_a_name_is_not_written_twice():
    names = {**NAMES, "integrator": "Malha S.A."}
    assert (
        clauses.filled("Seguem os de {integrator}. {integrator}, sim.", names)
        == "Seguem os de Malha S.A. Malha S.A., sim."
    )
    assert clauses.filled("{client}. Fim.", names) == "Loja. Fim."


def test_only_the_four_names_are_known():
    assert clauses.unknown_braces("{client}, {presence}, {platform} e {integrator}") == []
    for text in STRANGE:
        assert clauses.unknown_braces(f"a {text} b"), text


@pytest.mark.parametrize("text", STRANGE)
def test_a_file_that_names_anything_else_is_refused(tmp_path, text):
    (tmp_path / "term.toml").write_text(CLAUSE % {"title": "Jurisdiction", "text": f"Courts of {text}."})
    with pytest.raises(
        loader.BadBlueprint,
        match=r"Foro: .* não é o nome de ninguém. .*: {client}, {presence}, {platform}, {integrator}",
    ):
        loader.load(tmp_path)
    assert not Blueprint.objects.filter(kind="term").exists()


def test_a_title_takes_no_names(tmp_path):
    (tmp_path / "term.toml").write_text(CLAUSE % {"title": "Courts of {client}", "text": "x"})
    with pytest.raises(loader.BadBlueprint, match="Foro: O título não leva chaves"):
        loader.load(tmp_path)


def test_a_file_is_no_longer_than_what_people_may_type(tmp_path):
    (tmp_path / "term.toml").write_text(CLAUSE % {"title": "Jurisdiction", "text": "x" * 4001})
    with pytest.raises(loader.BadBlueprint, match="no máximo 4000 caracteres"):
        loader.load(tmp_path)


def test_the_shipped_clauses_say_what_they_said(db):
    """Against the way that earlier versions filled them in: a drafted term does not become stale by the change."""
    for file in loader.read_files():
        for clause in file.content["clauses"] if file.kind == Blueprint.Kind.TERM else []:
            for text in clause["text"].values():
                assert clauses.filled(text, NAMES) == text.format(**NAMES)
