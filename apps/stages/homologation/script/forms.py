from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.blueprints.editor.forms import CaseForm
from apps.core.localized import Localized
from apps.stages.homologation import queries
from apps.stages.homologation.models import Case, Script
from apps.stages.homologation.script import catalogue


class ConditionsForm(forms.Form):
    success_message = _("Condições salvas.")

    conditions = forms.MultipleChoiceField(
        label=_("O que se aplica a este projeto"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, script: Script, cases: Iterable[Case] | None = None, **kwargs) -> None:
        conditions = queries.conditions(script, cases)
        kwargs.setdefault("initial", {"conditions": [key for key, _text, chosen in conditions if chosen]})
        super().__init__(*args, **kwargs)
        reasons = catalogue.reasons(script)
        self.fields["conditions"].choices = [  # type: ignore[attr-defined]
            (key, _with_reason(str(text), reasons.get(key, ""), chosen)) for key, text, chosen in conditions
        ]


class ScopeForm(forms.Form):
    """One condition of a frozen script to be switched on, or off with the client's agreement."""

    success_message = _("Escopo alterado ou proposto ao cliente.")

    condition = forms.ChoiceField(label=_("Condição"))
    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, script: Script, cases: Iterable[Case] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["condition"].choices = [  # type: ignore[attr-defined]
            (
                key,
                (gettext("Propor tirar: %(condition)s") if is_on else gettext("Incluir: %(condition)s"))
                % {"condition": text},
            )
            for key, text, is_on in queries.conditions(script, cases)
        ]


def _with_reason(condition: str, reason: str, chosen: bool) -> str:
    if not reason:
        return condition
    if chosen:
        return gettext("%(condition)s (ligado porque %(why)s)") % {"condition": condition, "why": reason}
    return gettext("%(condition)s (desligado, embora %(why)s)") % {"condition": condition, "why": reason}


class OwnCaseForm(CaseForm):
    """A case of one rollout: the catalogue's form without conditions."""


class NewOwnCaseForm(OwnCaseForm):
    success_message = _("Caso incluído neste projeto.")

    process = forms.ChoiceField(label=_("Processo"))

    def __init__(self, *args, script: Script, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["process"].choices = [  # type: ignore[attr-defined]
            (row["key"], f"{row['key']} · {Localized.of(row['title'])}") for row in script.processes
        ]

    @property
    def settings(self) -> list[Any]:
        return [self["process"], *super().settings]

    def clean(self) -> dict[str, Any]:
        process = self.cleaned_data.get("process", "")
        return {**super().clean(), "process": process}


class TakeVersionForm(forms.Form):
    success_message = _("O roteiro deste projeto está na versão em vigor.")

    version = forms.IntegerField(widget=forms.HiddenInput)
