from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.minutes import MinutesField
from apps.core.widgets import DateInput, DateTimeInput
from apps.hours.classification import Activity, Rounding
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
    acknowledged = forms.CharField(label=_("Li os avisos e confirmo o fechamento."), required=False, max_length=64)


class RateField(forms.DecimalField):
    """Reais an hour as people type them (``250,00``); gives whole centavos."""

    def __init__(self, **kwargs) -> None:
        super().__init__(max_digits=9, decimal_places=2, min_value=0, localize=True, **kwargs)

    def clean(self, value):
        typed = super().clean(value)
        return None if typed is None else int(typed * 100)

    def prepare_value(self, value: object) -> object:
        return f"{value // 100},{value % 100:02d}" if isinstance(value, int) else value


class PolicyForm(forms.Form):
    success_message = _("Política de horas mudada.")

    effective_from = forms.DateField(label=_("Vale a partir de"), widget=DateInput)
    training_allowance = MinutesField(label=_("Franquia de treinamento"), help_text=_("Como 4h00."))
    homologation_allowance = MinutesField(label=_("Franquia de homologação"), help_text=_("Como 6h00."))
    hourly_rate = RateField(label=_("Valor da hora (R$)"))
    training_rate = RateField(
        label=_("Treinamento além da franquia (R$/h)"), required=False, help_text=_("Vazio: o valor da hora.")
    )
    follow_up_rate = RateField(label=_("Acompanhamento (R$/h)"), required=False, help_text=_("Vazio: o valor da hora."))
    homologation_rate = RateField(
        label=_("Homologação além da franquia (R$/h)"), required=False, help_text=_("Vazio: o valor da hora.")
    )
    increment = forms.IntegerField(label=_("Incremento mínimo (minutos)"), min_value=1, max_value=240)
    rounding = forms.ChoiceField(
        label=_("Arredondamento do que é cobrado"),
        choices=Rounding.choices,
        help_text=_("Por apontamento, só na parte cobrada. As horas trabalhadas não mudam."),
    )
