"""Sentences that end with what somebody wrote."""

import pytest

from apps.core.sentences import with_stop, without_doubled_stops


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Falta o frete", "Falta o frete."), ("Falta o frete.", "Falta o frete."), ("Falta?  ", "Falta?"), ("", "")],
)
def test_a_text_ends_with_one_mark(text, expected):
    assert with_stop(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O que falta: o frete..", "O que falta: o frete."),
        ("Saiu do ar: caiu o link!. A Presence propõe outra.", "Saiu do ar: caiu o link! A Presence propõe outra."),
        ("Motivo: “não se usa.”.", "Motivo: “não se usa.”"),
        ("Motivo: talvez....", "Motivo: talvez..."),
        ("Motivo: talvez...", "Motivo: talvez..."),
        ("Versão 1..2 de a.b. Fim.", "Versão 1..2 de a.b. Fim."),
    ],
)
def test_no_stop_follows_another_final_mark(text, expected):
    assert without_doubled_stops(text) == expected
