from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.localized import Localized
from apps.core.process import PartyRole
from apps.core.web.forms import AddressField, DayField
from apps.core.web.widgets import DateInput
from apps.files.forms import FilesField
from apps.stages.homologation.execution.retest import Scope
from apps.stages.homologation.models import Case, Nonconformity, Outcome, Result, Round, Script

# The style sheet shows these fields only while "failed" is the chosen outcome.
WHEN_FAILED = {"data-when-outcome": "failed"}


class ResultForm(forms.Form):
    success_message = _("Resultado registrado.")

    outcome = forms.ChoiceField(label=_("Resultado"), choices=Outcome.choices, widget=forms.RadioSelect)
    note = forms.CharField(label=_("Observação"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    evidence_text = forms.CharField(
        label=_("Evidência"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Número do pedido, resposta da API, o que prova o resultado."),
    )
    evidence_link = AddressField(label=_("Link da evidência"), required=False)
    evidence_files = FilesField(label=_("Arquivos da evidência"), required=False, most=10)
    severity = forms.ChoiceField(
        label=_("Gravidade"),
        required=False,
        choices=[("", "—"), *Nonconformity.Severity.choices],
        widget=forms.Select(attrs=WHEN_FAILED),
        help_text=_("Com uma não conformidade impeditiva aberta, o projeto não segue para o termo de aceite."),
    )
    owner = forms.ChoiceField(
        label=_("Quem corrige"),
        required=False,
        choices=[("", "—"), *PartyRole.choices],
        widget=forms.Select(attrs=WHEN_FAILED),
    )
    due = DayField(label=_("Corrigir até"), required=False, widget=DateInput(attrs=WHEN_FAILED))
    seen_result = forms.IntegerField(required=False, widget=forms.HiddenInput)

    @classmethod
    def after(cls, latest: Result | None, *args, **kwargs) -> "ResultForm":
        """The form of a case whose newest result is ``latest``: it carries which one the person saw."""
        return cls(*args, initial={"seen_result": latest.pk if latest else 0}, **kwargs)


class EvidenceForm(forms.Form):
    success_message = _("Evidência juntada.")

    text = forms.CharField(label=_("Evidência"), required=False, widget=forms.Textarea(attrs={"rows": 2}))
    link = AddressField(label=_("Link da evidência"), required=False)
    attachments = FilesField(label=_("Arquivos da evidência"), required=False, most=10)


class ReservationForm(forms.Form):
    success_message = _("Ressalva proposta. Vale quando o cliente e a Presence concordarem.")

    text = forms.CharField(label=_("Ressalva"), widget=forms.Textarea(attrs={"rows": 2}))
    owner = forms.ChoiceField(label=_("Responsável"), choices=PartyRole.choices)
    deadline = DayField(label=_("Prazo"))


class RoundForm(forms.Form):
    """What a later round takes. Left empty it takes what has not passed."""

    scope = forms.ChoiceField(label=_("O que executar"), required=False, choices=Scope.choices)
    process = forms.ChoiceField(label=_("Processo"), required=False)
    codes = forms.MultipleChoiceField(
        label=_("Casos"), required=False, widget=forms.SelectMultiple(attrs={"size": 8}),
        help_text=_("Vale para “casos escolhidos”. Com Ctrl escolhem-se vários."),
    )  # fmt: skip

    def __init__(self, *args, script: Script, cases: Iterable[Case] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        rows = script.cases.filter(applies=True) if cases is None else [case for case in cases if case.applies]
        self.fields["process"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *((row["key"], str(Localized.of(row["title"]))) for row in script.processes),
        ]
        self.fields["codes"].choices = [(case.code, str(case)) for case in rows]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {**data, "scope": data.get("scope") or Scope.PENDING}


class KeepResultsForm(forms.Form):
    success_message = _("Resultados mantidos com a versão nova do conector.")

    reason = forms.CharField(label=_("Por que continuam valendo"), widget=forms.Textarea(attrs={"rows": 2}))


class ReportForm(forms.Form):
    success_message = _("Relatório anexado à rodada.")

    round_ = forms.ModelChoiceField(label=_("Rodada"), queryset=Round.objects.none(), empty_label=None)
    title = forms.CharField(label=_("Título"), max_length=120)
    file = FilesField(label=_("Arquivo"))

    def __init__(self, *args, script: Script, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["round_"].queryset = script.rounds.order_by("-number")  # type: ignore[attr-defined]


class ReportDecisionForm(forms.Form):
    """Whether the results of a report that waits are recorded."""

    success_message = _("Decisão registrada.")

    decision = forms.ChoiceField(
        label=_("O que fazer com este relatório?"),
        choices=[
            ("discard", _("Não registrar: o ambiente falhou, vamos executar de novo")),
            ("record", _("Registrar os resultados como estão no relatório")),
        ],
        widget=forms.RadioSelect,
    )

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        return {"records": (super().clean() or {}).get("decision") == "record"}
