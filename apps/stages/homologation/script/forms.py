from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.blueprints.editor.forms import CaseForm
from apps.core.localized import Localized
from apps.stages.homologation.models import Script


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
