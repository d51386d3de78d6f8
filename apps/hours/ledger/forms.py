from datetime import UTC, datetime, timedelta

from django import forms
from django.forms.utils import from_current_timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.minutes import AllowanceField, MinutesField
from apps.core.money import MoneyField
from apps.core.web.forms import DayField, InstantField
from apps.core.web.widgets import TimeInput
from apps.hours import queries
from apps.hours.classification import Activity, Rounding
from apps.hours.ledger import days
from apps.hours.models import TimeEntry
from apps.rollouts.choices import RolloutField
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity


class EntryForm(forms.Form):
    success_message = _("Horas registradas.")

    activity = forms.ChoiceField(label=_("Atividade"), choices=Activity.choices)
    started_at = InstantField(label=_("Início"))
    minutes = MinutesField(label=_("Duração"), help_text=_("Como 1h30, 1:30, 90m ou 1,5 (horas)."))
    nonconformity = forms.ModelChoiceField(
        Nonconformity.objects.none(), label=_("Causada por não conformidade"), required=False, empty_label=_("Não")
    )
    note = forms.CharField(label=_("O que foi feito"), max_length=300)

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        kwargs.setdefault("initial", {"started_at": clock.now() - timedelta(hours=1)})
        super().__init__(*args, **kwargs)
        self.fields["nonconformity"].queryset = rollout.nonconformities.all()  # type: ignore[attr-defined]


class QuickForm(forms.Form):
    """Time as people remember it: a duration, or start and end, on a day. Gives ``started_at`` and ``minutes``.

    An overlap with other time of the person is told once; ``anyway`` saves it as it is.
    """

    minutes = MinutesField(
        label=_("Duração"),
        required=False,
        help_text=_("1h30, 1:30, 90m; 1,5 são horas, 90 são minutos. Ou preencha início e fim."),
    )
    start = forms.TimeField(label=_("Início"), required=False, widget=TimeInput)
    end = forms.TimeField(label=_("Fim"), required=False, widget=TimeInput)
    note = forms.CharField(label=_("O que foi feito"), max_length=300)
    rollout = RolloutField(Rollout.objects.none(), label=_("Projeto"))
    activity = forms.ChoiceField(label=_("Atividade"), choices=Activity.choices)
    nonconformity = forms.ModelChoiceField(
        Nonconformity.objects.none(), label=_("Causada por não conformidade"), required=False, empty_label=_("Não")
    )
    day = DayField(label=_("Dia"))
    source = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, person: User, rollout: Rollout | None, **kwargs) -> None:
        super().__init__(*args, auto_id="quick_%s", **kwargs)
        self.person = person
        self.overlaps: list[TimeEntry] = []
        self.fields["rollout"].queryset = queries.loggable(person)  # type: ignore[attr-defined]
        if rollout is not None:
            self.fields["nonconformity"].queryset = rollout.nonconformities.all()  # type: ignore[attr-defined]
        self.fields["minutes"].widget.attrs = {"autofocus": True, "autocomplete": "off", "inputmode": "text"}

    def clean(self) -> dict:
        data = super().clean() or {}
        if self.errors:
            return data
        day, start, end, length = data["day"], data.pop("start"), data.pop("end"), data["minutes"]
        begins = from_current_timezone(datetime.combine(day, start)) if start else None
        finishes = from_current_timezone(datetime.combine(day, end)) if end else None
        if begins and finishes:
            between = int((finishes.astimezone(UTC) - begins.astimezone(UTC)) / timedelta(minutes=1))
            if between <= 0:
                self.add_error("end", _("O fim vem antes do início. Se passou da meia-noite, escreva a duração."))
                return data
            if length and length != between:
                self.add_error("minutes", _("Início e fim dão outra duração. Apague um dos três."))
                return data
            length = between
        if length is None:
            self.add_error("minutes", _("Escreva a duração, ou o início e o fim."))
            return data
        if begins is None and finishes is not None:
            begins = finishes.astimezone(UTC) - timedelta(minutes=length)
        data["minutes"] = length
        data["started_at"] = begins or days.suggested_start(self.person, day, length)
        self.overlaps = days.overlapping(self.person, data["started_at"], length)
        if self.overlaps and not data["anyway"]:
            raise forms.ValidationError(days.overlap_text(self.overlaps[0]), code="overlap")
        return data

    @property
    def only_overlaps(self) -> bool:
        """The overlap is all that is in the way."""
        return bool(self.overlaps) and len(self.errors) == 1 and self.has_error("__all__", "overlap")

    def worked(self) -> dict:
        """What ``actions.log`` takes, but for the rollout."""
        names = ("activity", "started_at", "minutes", "note", "nonconformity")
        return {name: self.cleaned_data[name] for name in names}


class TimerForm(forms.Form):
    activity = forms.ChoiceField(choices=Activity.choices, required=False)
    nonconformity = forms.ModelChoiceField(Nonconformity.objects.none(), required=False)
    note = forms.CharField(max_length=300, required=False)

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
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


class AttributeForm(forms.Form):
    success_message = _("Horas atribuídas à não conformidade por ajuste.")

    nonconformity = forms.ModelChoiceField(
        Nonconformity.objects.none(), label=_("Causada por não conformidade"), empty_label=None
    )
    reason = forms.CharField(label=_("Motivo"), max_length=300)

    def __init__(self, *args, rollout: Rollout, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        counting = rollout.nonconformities.exclude(state=Nonconformity.State.DECLINED)
        self.fields["nonconformity"].queryset = counting  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    success_message = _("Mês fechado.")

    month = DayField(widget=forms.HiddenInput)
    acknowledged = forms.CharField(label=_("Li os avisos e confirmo o fechamento."), required=False, max_length=64)


class PolicyForm(forms.Form):
    success_message = _("Política de horas mudada.")

    effective_from = DayField(label=_("Vale a partir de"))
    training_allowance = AllowanceField(label=_("Franquia de treinamento"), help_text=_("Como 4h00."))
    homologation_allowance = AllowanceField(label=_("Franquia de homologação"), help_text=_("Como 6h00."))
    hourly_rate = MoneyField(label=_("Valor da hora (R$)"))
    training_rate = MoneyField(
        label=_("Treinamento além da franquia (R$/h)"), required=False, help_text=_("Vazio: o valor da hora.")
    )
    follow_up_rate = MoneyField(
        label=_("Acompanhamento (R$/h)"), required=False, help_text=_("Vazio: o valor da hora.")
    )
    homologation_rate = MoneyField(
        label=_("Homologação além da franquia (R$/h)"), required=False, help_text=_("Vazio: o valor da hora.")
    )
    increment = forms.IntegerField(label=_("Incremento mínimo (minutos)"), min_value=1, max_value=240)
    rounding = forms.ChoiceField(
        label=_("Arredondamento do que é cobrado"),
        choices=Rounding.choices,
        help_text=_("Por apontamento, só na parte cobrada. As horas trabalhadas não mudam."),
    )
    shown_effects = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
