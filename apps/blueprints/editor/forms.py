from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.blueprints.catalogues import clauses, rules
from apps.blueprints.catalogues.script import LANGUAGES, WORDS, Condition, obligation_labels, owner_labels
from apps.core.localized import Localized

MOST_STEPS = 15
ROWS = {"title": 2, "preconditions": 3, "expected": 3, "evidence": 2}
LABELS = {
    "title": _("Título"),
    "preconditions": _("Antes de começar"),
    "expected": _("Resultado esperado"),
    "evidence": _("Evidência pedida"),
}


def _area(label: Any, rows: int, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, required=required, max_length=2000, widget=forms.Textarea(attrs={"rows": rows}))


class CaseForm(forms.Form):
    """A case in both languages. Portuguese is asked for; English may follow."""

    success_message = _("Caso salvo.")

    actors = forms.MultipleChoiceField(label=_("Quem executa"), widget=forms.CheckboxSelectMultiple)
    obligation = forms.ChoiceField(label=_("Obrigação"))
    condition_key = forms.ChoiceField(
        label=_("Condição"), required=False, help_text=_("Só para um caso condicional: quando ele se aplica.")
    )
    depends = forms.CharField(
        label=_("Depende de"),
        required=False,
        max_length=200,
        help_text=_("Códigos dos casos que precisam passar antes, separados por espaço. Exemplo: PRO-01 EST-01."),
    )

    def __init__(
        self, *args, conditions: list[Condition] | None = None, case: Mapping[str, Any] | None = None, **kwargs
    ):
        if case:
            kwargs["initial"] = {**_initial(case), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.fields["actors"].choices = list(owner_labels().items())  # type: ignore[attr-defined]
        obligations = obligation_labels()
        if not conditions:
            del self.fields["condition_key"]
            del obligations["conditional"]
        else:
            choices = [(condition.key, str(condition.title)) for condition in conditions]
            self.fields["condition_key"].choices = [("", "—"), *choices]  # type: ignore[attr-defined]
        self.fields["obligation"].choices = list(obligations.items())  # type: ignore[attr-defined]
        for name in WORDS:
            for language in LANGUAGES:
                needed = language == "pt" and name in ("title", "expected")
                self.fields[f"{name}_{language}"] = _area(LABELS[name], ROWS[name], needed)
        for number in range(1, MOST_STEPS + 1):
            for language in LANGUAGES:
                self.fields[f"step_{number}_{language}"] = _area(_("Passo %(number)d") % {"number": number}, 2)

    def pair(self, name: str) -> tuple[Any, Any]:
        return self[f"{name}_pt"], self[f"{name}_en"]

    @property
    def before_steps(self) -> list[tuple[Any, Any]]:
        return [self.pair("title"), self.pair("preconditions")]

    @property
    def after_steps(self) -> list[tuple[Any, Any]]:
        return [self.pair("expected"), self.pair("evidence")]

    @property
    def settings(self) -> list[Any]:
        return [self[name] for name in ("actors", "obligation", "condition_key", "depends") if name in self.fields]

    @property
    def steps(self) -> list[tuple[Any, Any]]:
        return [self.pair(f"step_{number}") for number in range(1, MOST_STEPS + 1)]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}

        def both_languages(name: str) -> dict[str, str]:
            return {language: typed.get(f"{name}_{language}", "") for language in LANGUAGES}

        steps = [both_languages(f"step_{number}") for number in range(1, MOST_STEPS + 1)]
        steps = [step for step in steps if step["pt"] or step["en"]]
        if not any(step["pt"] for step in steps):
            self.add_error("step_1_pt", _("Escreva ao menos um passo."))
        return {
            "actors": typed.get("actors", []),
            "obligation": typed.get("obligation", ""),
            "condition_key": typed.get("condition_key", ""),
            "depends": list(dict.fromkeys(typed.get("depends", "").upper().replace(",", " ").split())),
            "steps": steps,
            **{name: both_languages(name) for name in WORDS},
        }


def _initial(case: Mapping[str, Any]) -> dict[str, Any]:
    initial = {name: case.get(name, "") for name in ("actors", "obligation", "condition_key")}
    initial["depends"] = " ".join(case.get("depends", []))
    for name in WORDS:
        initial |= {f"{name}_{language}": case[name].get(language, "") for language in LANGUAGES}
    for number, step in enumerate(case["steps"], start=1):
        initial |= {f"step_{number}_{language}": step.get(language, "") for language in LANGUAGES}
    return initial


class TitleForm(forms.Form):
    """A title in both languages."""

    success_message = _("Salvo.")

    title_pt = forms.CharField(label=_("Título em português"), max_length=120)
    title_en = forms.CharField(label=_("Título em inglês"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        title = {language: typed.pop(f"title_{language}", "") for language in LANGUAGES}
        return {**typed, "title": title}


class ProcessForm(TitleForm):
    success_message = _("Processo incluído.")

    key = forms.CharField(
        label=_("Sigla"), max_length=3, help_text=_("Três letras, com que começam os códigos dos casos.")
    )
    field_order = ["key", "title_pt", "title_en"]


class ConditionForm(TitleForm):
    """A condition and what switches it on by itself."""

    success_message = _("Condição salva.")

    platform_kind = forms.MultipleChoiceField(
        label=_("Liga sozinha quando a plataforma é"), required=False, widget=forms.CheckboxSelectMultiple
    )
    integration_model = forms.MultipleChoiceField(
        label=_("ou quando o modelo de integração é"), required=False, widget=forms.CheckboxSelectMultiple
    )
    capability = forms.MultipleChoiceField(
        label=_("ou quando a plataforma"), required=False, widget=forms.CheckboxSelectMultiple
    )
    field_order = ["title_pt", "title_en", "platform_kind", "integration_model", "capability"]

    def __init__(self, *args, condition: Mapping[str, Any] | None = None, **kwargs) -> None:
        if condition:
            title = Localized.of(condition["title"])
            initial = {f"title_{language}": title.get(language, "") for language in LANGUAGES}
            kwargs.setdefault("initial", {**initial, **condition.get("when", {})})
        super().__init__(*args, **kwargs)
        for name, values in rules.choices().items():
            self.fields[name].choices = list(values.items())  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        typed = super().clean()
        names = ("platform_kind", "integration_model", "capability")
        return {"title": typed["title"], "when": {name: typed.get(name, []) for name in names}}


class ImportForm(forms.Form):
    success_message = _("O arquivo virou um rascunho. Confira as diferenças antes de publicar.")

    file = forms.FileField(label=_("Arquivo TOML"), help_text=_("Um roteiro exportado daqui, ou o arquivo do sistema."))


class PublishForm(forms.Form):
    note = forms.CharField(
        label=_("O que mudou"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Os projetos que ainda não congelaram o roteiro leem isto ao receber a versão."),
    )
    revision = forms.IntegerField(widget=forms.HiddenInput)


class PublishTermForm(PublishForm):
    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].help_text = _("Os projetos leem isto antes de adotar a versão.")


class ClauseForm(forms.Form):
    """A clause of the acceptance term in both languages. Portuguese is asked for; English may follow."""

    success_message = _("Cláusula salva.")

    title_pt = forms.CharField(label=_("Título"), max_length=clauses.LONGEST_TITLE)
    title_en = forms.CharField(label=_("Título"), max_length=clauses.LONGEST_TITLE, required=False)
    text_pt = forms.CharField(label=_("Texto"), max_length=clauses.LONGEST_TEXT, widget=forms.Textarea)
    text_en = forms.CharField(label=_("Texto"), max_length=clauses.LONGEST_TEXT, required=False, widget=forms.Textarea)

    def __init__(self, *args, clause: Mapping[str, Any] | None = None, **kwargs) -> None:
        if clause:
            kwargs["initial"] = {
                f"{name}_{language}": clause[name].get(language, "")
                for name in ("title", "text")
                for language in LANGUAGES
            }
        super().__init__(*args, **kwargs)

    @property
    def pairs(self) -> list[tuple[Any, Any]]:
        return [(self[f"{name}_pt"], self[f"{name}_en"]) for name in ("title", "text")]

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or {}
        return {
            name: {language: typed.get(f"{name}_{language}", "") for language in LANGUAGES}
            for name in ("title", "text")
        }
