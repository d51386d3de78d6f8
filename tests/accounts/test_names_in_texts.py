"""Erasing a person touches the texts of others only where the name is surely theirs (docs/privacy.md)."""

import pytest

from apps.accounts import names_in_texts, personal_data
from tests.companies.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rita():
    return UserFactory(name="Rita Alves")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Falei com Rita Alves hoje.", "Falei com {} hoje."),
        ("RITA  ALVES, rita alves e Rita\nAlves", "{}, {} e {}"),
        ("Rita Alvesson e Mrita Alves não são ela", "Rita Alvesson e Mrita Alves não são ela"),
        ("Rita Alves-Prado e a d'Rita Alves", "Rita Alves-Prado e a d'Rita Alves"),
        ("Rita Alves\u0301", "Rita Alves\u0301"),
        ("A Rita falou; o Alves também", "A Rita falou; o Alves também"),
    ],
)
def test_only_whole_words_of_the_name_give_way(rita, text, expected):
    replacement = personal_data.erased_name(rita)
    assert names_in_texts.of(rita).without(text) == expected.replace("{}", replacement)


@pytest.mark.parametrize("name", ["o", "Rosa", "Ana Li", "Bo Xi", "Corrigir", "—"])
def test_a_short_name_or_one_of_a_single_word_is_never_looked_for(name):
    user = UserFactory(name=name)
    text = "Corrigir: o campo Rosa, Ana Li e Bo Xi — ok"
    assert names_in_texts.of(user).without(text) == text


def test_a_name_that_two_people_have_stays(rita):
    UserFactory(name="rita alves")
    assert names_in_texts.of(rita).without("Falei com Rita Alves") == "Falei com Rita Alves"


def test_the_longer_name_of_somebody_else_stays(rita):
    UserFactory(name="Rita Alves Prado")
    replacement = personal_data.erased_name(rita)
    assert names_in_texts.of(rita).without("Rita Alves Prado e Rita Alves") == f"Rita Alves Prado e {replacement}"


def test_what_gives_way_is_shown_with_what_stands_around_it(rita):
    mention = next(names_in_texts.of(rita).mentions([("PR-1 · NC-2", "x" * 80 + " Rita Alves " + "y" * 80, True)]))
    assert (mention.where, mention.name) == ("PR-1 · NC-2", "Rita Alves")
    assert mention.before == "…" + "x" * 59 + " "
    assert mention.after == " " + "y" * 59 + "…"


def test_of_a_text_that_the_person_may_not_read_nothing_but_the_name_is_shown(rita):
    mention = next(names_in_texts.of(rita).mentions([("PR-1", "R$ 250 pedidos por Rita Alves", False)]))
    assert (mention.where, mention.before, mention.after) == ("Uma conversa que você não vê", "…", "…")


def test_an_unusual_name_is_no_pattern():
    user = UserFactory(name="Ana (TI) [x]+")
    replacement = personal_data.erased_name(user)
    assert names_in_texts.of(user).without("com Ana (TI) [x]+ hoje") == f"com {replacement} hoje"
