"""The script as a catalogue: what must hold in it, what differs between two, and its way to TOML and back."""

import io
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.blueprints.catalogues import content, rules, toml, toml_reader
from apps.blueprints.catalogues.script import Condition, When, circles, next_code, problems, with_conditions_apart
from apps.blueprints.editor import changes
from apps.core.localized import Localized
from apps.core.refusals import Invalid
from tests.blueprints.factories import a_case, a_script


class TestWhatMustHold:
    def test_a_whole_script_has_no_problems(self):
        assert problems(a_script()) == []

    @pytest.mark.parametrize(
        ("script", "said"),
        [
            (a_script(a_case("PED-01", title={"pt": "x", "en": " "})), "PED-01: falta título em inglês."),
            (a_script(a_case("PED-01", steps=[{"pt": "", "en": "x"}])), "PED-01: falta passo 1 em português."),
            (a_script(a_case("PED-01", steps=[])), "PED-01: escreva os passos."),
            (a_script(a_case("PED-01", actors=[])), "PED-01: diga quem executa."),
            (a_script(a_case("PED-01", process="PRO")), "PED-01: o código é o de um processo"),
            (a_script(a_case("PED-01", condition_key="kit")), "só um caso condicional tem condição"),
            (a_script(a_case("PED-01", obligation="conditional")), "diga a condição de que depende"),
            (a_script(a_case("PED-01", depends=["PED-01"])), "PED-01 → PED-01: um caso não pode depender de si mesmo."),
            (a_script(cases=[]), "O roteiro não tem casos."),
        ],
    )
    def test_each_lack_is_a_sentence(self, script, said):
        assert any(said in problem for problem in problems(script)), problems(script)

    def test_a_long_chain_without_a_circle_is_fine(self):
        chain = [a_case(f"PED-{n:02d}", depends=[f"PED-{n - 1:02d}"] if n > 1 else []) for n in range(1, 60)]
        assert circles(chain) == []

    def test_a_new_code_comes_after_every_one_that_ever_was(self):
        script = a_script(a_case("PED-01"), retired=["PED-07", "PRO-09"])
        assert (next_code(script, "PED"), next_code(script, "PRO"), next_code(script, "EXP")) == (
            "PED-08", "PRO-10", "EXP-01",
        )  # fmt: skip

    def test_the_first_versions_conditions_in_the_cases_are_read(self):
        old = a_script(
            a_case("PED-01", obligation="conditional", condition_key="kit", condition={"pt": "Kits", "en": "Kits"})
        )
        del old["conditions"]
        assert with_conditions_apart(old)["conditions"] == [{"key": "kit", "title": {"pt": "Kits", "en": "Kits"}}]
        assert str(content.parse("script", {**old, "version": 1}).condition("kit").title) == "Kits"


class TestDifferences:
    def found(self, old, new):
        return [(change.what, change.key, change.kind) for change in changes.between(old, new)]

    def test_equal_scripts_do_not_differ(self):
        assert changes.between(a_script(), a_script()) == []

    def test_added_retired_changed_and_moved_cases_are_told_apart(self):
        old = a_script(a_case("PED-01"), a_case("PED-02"), a_case("PED-03"), a_case("PED-04"))
        new = a_script(
            a_case("PED-03"),
            a_case("PED-01"),
            a_case("PED-04", expected={"pt": "Outro", "en": "Other"}),
            a_case("PED-05"),
        )
        assert self.found(old, new) == [
            ("case", "PED-03", "moved"), ("case", "PED-04", "changed"), ("case", "PED-05", "added"),
            ("case", "PED-02", "retired"),
        ]  # fmt: skip

    def test_processes_and_rules_of_conditions_count_too(self):
        new = a_script()
        new["processes"][0]["title"]["pt"] = "Mercadorias"
        new["conditions"] = [{**new["conditions"][0], "when": {"platform_kind": ["hub"]}}]
        assert self.found(a_script(), new) == [("process", "PRO", "changed"), ("condition", "kit", "changed")]

    def test_a_change_is_marked_word_by_word_in_the_field_and_language_where_it_is(self):
        new = a_script(a_case("PED-01", expected={"pt": "O pedido aprovado entra.", "en": "The order enters."}))
        (change,) = changes.between(a_script(a_case("PED-01")), new)
        (field,) = change.fields
        assert (field.label, field.language) == ("resultado esperado", "pt")
        assert [(piece.kind, piece.text.strip()) for piece in field.pieces if piece.kind != "same"] == [
            ("inserted", "aprovado")
        ]

    def test_a_step_that_was_put_between_others_leaves_those_unmarked(self):
        pieces = changes.words("Comprar.\nConferir.\n", "Comprar.\nPagar com Pix.\nConferir.\n")
        assert [(piece.kind, piece.text) for piece in pieces] == [
            ("same", "Comprar.\n"), ("inserted", "Pagar com Pix.\n"), ("same", "Conferir.\n"),
        ]  # fmt: skip

    def test_a_text_that_became_another_is_marked_whole(self):
        pieces = changes.words("O preço volta ao normal", "Nada disso acontece aqui")
        assert [(piece.kind, piece.text) for piece in pieces] == [
            ("deleted", "O preço volta ao normal"), ("inserted", "Nada disso acontece aqui"),
        ]  # fmt: skip

    @given(st.text(max_size=60), st.text(max_size=60))
    def test_what_is_not_inserted_is_the_old_text_and_what_is_not_deleted_the_new(self, old, new):
        pieces = changes.words(old, new)
        assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == old
        assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new


class TestRules:
    condition = Condition("x", Localized(pt="X", en="X"), When(platform_kind=["hub"], integration_model=["hub"]))

    @pytest.mark.parametrize(
        ("traits", "why"),
        [
            ({}, ""),
            ({"platform_kind": {"shop": "loja virtual"}}, ""),
            ({"platform_kind": {"hub": "hub de integração"}}, "a plataforma é: hub de integração"),
            ({"integration_model": {"hub": "Por um hub"}}, "o modelo de integração é “Por um hub”"),
        ],
    )
    def test_any_one_of_its_rules_switches_a_condition_on_and_is_named(self, traits, why):
        assert rules.reason(self.condition, traits) == why

    def test_a_condition_without_rules_waits_for_a_person(self):
        everything = {"platform_kind": {"hub": "x"}, "capability": {"single_stock": "x"}}
        assert rules.reason(Condition("x", self.condition.title), everything) == ""


words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(lambda text: text.strip())
both = st.fixed_dictionaries({"pt": words, "en": words})


@st.composite
def scripts(draw):
    """Any whole script: what a draft may be when it can be published."""
    codes = draw(st.lists(st.integers(1, 99), min_size=1, max_size=4, unique=True))
    cases: list[dict] = []
    for number in codes:
        case = {
            **a_case(f"PED-{number:02d}"),
            **{name: draw(both) for name in ("title", "preconditions", "expected", "evidence")},
            "steps": draw(st.lists(both, min_size=1, max_size=3)),
            "actors": draw(st.lists(st.sampled_from(["presence", "client"]), min_size=1, unique=True)),
        }
        if cases and draw(st.booleans()):
            case["depends"] = [cases[-1]["code"]]
        if draw(st.booleans()):
            case |= {"obligation": "conditional", "condition_key": "kit"}
        cases.append(case)
    when = draw(st.sampled_from([{}, {"when": {"capability": ["single_stock"], "integration_model": ["hub"]}}]))
    conditions = [{"key": "kit", "title": draw(both), **when}]
    retired = {"retired": ["PRO-01"]} if draw(st.booleans()) else {}
    return a_script(*cases, title=draw(both), conditions=conditions, **retired)


class TestToml:
    @settings(max_examples=60, deadline=None)
    @given(scripts(), st.integers(1, 10_000))
    def test_what_is_exported_and_imported_is_the_same(self, script, version):
        written = io.BytesIO(toml.write(script, version).encode())
        assert toml_reader.read(written) == {"content": {"version": version, **script}}

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("version = ", "termina no meio"),
            ('version = 1\ntitle = "Roteiro\n', 'linha 2, “title = "Roteiro”'),
            ("a = " + "[" * 5_000, "tempo ou memória demais"),
            ("a." * 900_000, "tempo ou memória demais"),
            ("version = 1", "não é um roteiro"),
            (toml.write(a_script(a_case("PED-01", depends=["PED-09"])), 1), "não fecha"),
        ],
    )
    def test_a_file_that_is_no_script_is_refused_with_the_place(self, monkeypatch, text, said):
        monkeypatch.setattr(toml, "LIMITS", replace(toml.LIMITS, cpu_seconds=1))
        with pytest.raises(Invalid, match=said) as refusal:
            toml.read(text.encode())
        assert refusal.value.field == "file"

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
    def test_a_script_is_read_in_whichever_encoding_it_was_saved(self, encoding):
        script = a_script(a_case("PED-01", expected={"pt": "Não há diferença", "en": "No difference"}))
        assert toml.read(toml.write(script, 3).encode(encoding)) == (3, script)

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [
            (lambda script: script["cases"][0].pop("expected"), "expected: falta este campo"),
            (lambda script: script["cases"][0].update(obligation="às vezes"), "obligation: este valor não está entre"),
            (lambda script: script.update(title=7), "title: "),
            (lambda script: script.update(retired=7), "retired: aqui vai uma lista"),
        ],
    )
    def test_what_does_not_fit_is_said_in_the_readers_words(self, change, sentence):
        script = a_script(a_case("PED-01"))
        change(script)
        with pytest.raises(Invalid) as refusal:
            toml.read(toml.write(script, 1).encode())
        assert sentence in " ".join(refusal.value.details)
        assert "Input should" not in " ".join(refusal.value.details)
