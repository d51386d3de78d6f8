from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.process import PartyRole
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


class FilterForm(forms.Form):
    """What the list of nonconformities shows."""

    state = forms.ChoiceField(
        label=_("Situação"),
        required=False,
        choices=[
            ("", _("Todas")),
            ("pending", _("Não verificadas")),
            ("overdue", _("Em atraso")),
            *Nonconformity.State.choices,
        ],
    )
    owner = forms.ChoiceField(label=_("Quem corrige"), required=False, choices=[("", _("Todos")), *PartyRole.choices])
    severity = forms.ChoiceField(
        label=_("Gravidade"), required=False, choices=[("", _("Todas")), *Nonconformity.Severity.choices]
    )
