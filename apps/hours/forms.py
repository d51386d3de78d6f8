from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.minutes import MinutesField
from apps.core.widgets import DateTimeInput
from apps.hours.classification import Activity
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity


class EntryForm(forms.Form):
    success_message = _("Horas registradas.")

    activity = forms.ChoiceField(label=_("Atividade"), choices=Activity.choices)
    started_at = forms.DateTimeField(label=_("Início"), widget=DateTimeInput)
    minutes = MinutesField(label=_("Duração"), help_text=_("Como 1h30, 1:30, 90m ou 1,5."))
    nonconformity = forms.ModelChoiceField(
        Nonconformity.objects.none(), label=_("Causada por não conformidade"), required=False, empty_label=_("Não")
    )
    note = forms.CharField(label=_("O que foi feito"), max_length=300)

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        kwargs.setdefault("initial", {"started_at": clock.now()})
        super().__init__(*args, **kwargs)
        self.fields["nonconformity"].queryset = rollout.nonconformities.all()  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Motivo"), max_length=300)


class AdjustForm(forms.Form):
    success_message = _("Ajuste registrado.")

    direction = forms.ChoiceField(label=_("Ajuste"), choices=[("-1", _("Retirar")), ("1", _("Acrescentar"))])
    minutes = MinutesField(label=_("Duração"))
    reason = forms.CharField(label=_("Motivo"), max_length=300)

    def clean(self) -> dict:
        data = super().clean() or {}
        direction = data.pop("direction", "1")
        if data.get("minutes"):
            data["minutes"] *= int(direction)
        return data


class CloseForm(forms.Form):
    success_message = _("Mês fechado.")

    month = forms.DateField(widget=forms.HiddenInput)
    acknowledged = forms.BooleanField(
        label=_("Fechar assim mesmo, com estes pontos impressos no fechamento"), required=False
    )
    reason = forms.CharField(
        label=_("Por quê (o cliente lê)"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
