from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.process import PartyRole
from apps.core.web.forms import ListedChoiceField
from apps.core.web.widgets import DateInput
from apps.stages.homologation.models import Nonconformity


class FixForm(forms.Form):
    success_message = _("Correção registrada. Falta verificar.")

    fix_version = forms.CharField(label=_("Versão corrigida"), max_length=40)
    fix_note = forms.CharField(label=_("O que mudou"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ReopenForm(forms.Form):
    success_message = _("Não conformidade reaberta.")

    reason = forms.CharField(label=_("O que ainda falha"), widget=forms.Textarea(attrs={"rows": 2}))


class CommentForm(forms.Form):
    success_message = _("Mensagem enviada.")

    text = forms.CharField(label=_("Mensagem"), widget=forms.Textarea(attrs={"rows": 3}))


class ChangeForm(forms.Form):
    success_message = _("Não conformidade atualizada.")

    severity = forms.ChoiceField(label=_("Gravidade"), choices=Nonconformity.Severity.choices)
    owner = forms.ChoiceField(label=_("Quem corrige"), choices=PartyRole.choices)
    due = forms.DateField(label=_("Corrigir até"), required=False, widget=DateInput)


class DeclineForm(forms.Form):
    success_message = _("Não conformidade declarada improcedente.")

    reason = forms.CharField(label=_("Por que não é uma não conformidade"), widget=forms.Textarea(attrs={"rows": 2}))


class MergeForm(forms.Form):
    success_message = _("Não conformidades juntadas.")

    into = ListedChoiceField(label=_("É a mesma que"), queryset=Nonconformity.objects.none(), empty_label=None)

    def __init__(self, *args, nonconformity: Nonconformity, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        others = Nonconformity.objects.filter(rollout=nonconformity.rollout_id).pending().exclude(pk=nonconformity.pk)
        self.fields["into"].queryset = others  # type: ignore[attr-defined]


class ContestForm(forms.Form):
    success_message = _("Não conformidade aberta de novo.")

    reason = forms.CharField(label=_("Por que discorda"), widget=forms.Textarea(attrs={"rows": 2}))


class FilterForm(forms.Form):
    """What the list of nonconformities shows."""

    state = forms.ChoiceField(
        label=_("Situação"),
        required=False,
        choices=[
            ("", _("Todas")),
            ("pending", _("Em aberto")),
            ("overdue", _("Em atraso")),
            *Nonconformity.State.choices,
        ],
    )
    owner = forms.ChoiceField(label=_("Quem corrige"), required=False, choices=[("", _("Todos")), *PartyRole.choices])
    severity = forms.ChoiceField(
        label=_("Gravidade"), required=False, choices=[("", _("Todas")), *Nonconformity.Severity.choices]
    )
