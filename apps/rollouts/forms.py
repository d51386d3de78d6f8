from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.choices import CompanyField
from apps.companies.models import Company, Kind, Role
from apps.core.database.unaccented import by_name
from apps.core.process import Gate, PartyRole, Stage
from apps.core.web.forms import CHOOSE, DayField
from apps.rollouts import planning
from apps.rollouts.copies import Part
from apps.rollouts.models import Rollout

INTEGRATORS = (Kind.INTEGRATOR, Kind.PLATFORM, Kind.CLIENT)


def project_managers() -> QuerySet[User]:
    """Those who may manage a rollout."""
    return User.objects.filter(
        is_active=True,
        memberships__company__kind=Kind.PRESENCE,
        memberships__role__in=[Role.MANAGER, Role.PROJECT_MANAGER],
    )


class CreateForm(forms.Form):
    success_message = _("Projeto aberto. A lista de pré-requisitos já está com cada parte.")

    client = CompanyField(Company.objects.current().filter(kind=Kind.CLIENT), kinds=(Kind.CLIENT,), label=_("Cliente"))
    platform = forms.ModelChoiceField(Platform.objects.all(), label=_("Plataforma de e-commerce"), empty_label=CHOOSE)
    platform_company = CompanyField(
        Company.objects.current().filter(kind=Kind.PLATFORM),
        kinds=(Kind.PLATFORM,),
        label=_("Empresa responsável pela plataforma"),
    )
    answers_for_platform = forms.BooleanField(
        label=_("Esta empresa também responde por esta plataforma"), required=False
    )
    integrator = CompanyField(
        Company.objects.current().filter(kind__in=INTEGRATORS).order_by("kind", *by_name("trade_name"), "pk"),
        kinds=INTEGRATORS,
        label=_("Integrador"),
        help_text=_("Quem desenvolve o conector. Pode ser a própria plataforma ou o cliente."),
    )
    project_manager = forms.ModelChoiceField(project_managers(), label=_("Gerente de projeto"), empty_label=CHOOSE)
    target_date = DayField(label=_("Entrada em produção prevista"), required=False)
    scope = forms.CharField(
        label=_("Escopo"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Processos combinados e o que fica de fora, em poucas linhas."),
    )


TOLD_TO_ANOTHER_CLIENT = (Part.WORKSHEET, Part.CASES)
"""What tells of the other project's client, and may reach somebody else's project: chosen on purpose alone."""


class CopyForm(CreateForm):
    """A new project that is prepared from another."""

    success_message = _("Projeto aberto a partir do outro. Confira a ficha e o plano antes da reunião inaugural.")

    parts = forms.MultipleChoiceField(
        label=_("O que trazer do outro projeto"),
        choices=Part.choices,
        required=False,
        initial=[part.value for part in Part if part not in TOLD_TO_ANOTHER_CLIENT],
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "As empresas do novo projeto leem o que vier. Credenciais, entregas, horas e resultados nunca são copiados."
        ),
    )


class SeenForm(forms.Form):
    """A form about the rollout as it was when the page was opened."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class ReopenForm(SeenForm):
    success_message = _("Projeto reaberto, na entrada em produção.")

    reason = forms.CharField(
        label=_("Motivo"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Todas as partes leem no histórico."),
    )


class AdvanceForm(SeenForm):
    gate = forms.ChoiceField(choices=Gate.choices, widget=forms.HiddenInput)

    def clean_gate(self) -> Gate:
        return Gate(self.cleaned_data["gate"])


class SendBackForm(AdvanceForm):
    reason = forms.CharField(
        label=_("Motivo"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Todas as partes leem no histórico."),
    )


class HoldForm(SeenForm):
    success_message = _("Projeto em pausa.")

    caused_by = forms.ChoiceField(
        label=_("Causada por"),
        choices=PartyRole.choices,
        help_text=_("Os prazos passam a correr por conta desta parte."),
    )
    reason = forms.CharField(
        label=_("Motivo"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Todas as partes leem no histórico."),
    )


class ResumeForm(SeenForm):
    success_message = _("Projeto retomado.")


class CancelForm(SeenForm):
    success_message = _("Projeto cancelado.")

    reason = forms.CharField(
        label=_("Motivo"),
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Todas as partes leem no histórico. Um projeto cancelado não se reabre."),
    )


class WaiveForm(forms.Form):
    success_message = _("Pendência dispensada. A dispensa constará do termo de aceite.")

    gate = forms.ChoiceField(choices=Gate.choices, widget=forms.HiddenInput)
    requirement = forms.CharField(widget=forms.HiddenInput, max_length=120)
    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 3}))

    def clean_gate(self) -> Gate:
        return Gate(self.cleaned_data["gate"])


class PlanForm(forms.Form):
    """The day of each stage that has not begun. ``moved`` are days that are proposed for some of them."""

    success_message = _("Plano atualizado. Os prazos dos pré-requisitos acompanham.")

    def __init__(self, *args, rollout: Rollout, moved: Mapping[str, date] | None = None, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        starts = {**planning.starts(rollout), **(moved or {})}
        for stage in planning.STEPS[1:]:
            if not planning.has_begun(rollout, stage):
                self.fields[f"date_{stage.value}"] = DayField(label=stage.label, initial=starts.get(stage))
        self.fields["reason"] = forms.CharField(
            label=_("Motivo"),
            required=rollout.stage != Stage.KICKOFF,
            widget=forms.Textarea(attrs={"rows": 2}),
            help_text=_("Todas as partes leem no histórico."),
        )

    def clean(self) -> dict[str, Any]:
        """``dates`` by stage, as the action takes them."""
        data = super().clean() or {}
        dates = {name.removeprefix("date_"): day for name, day in data.items() if name.startswith("date_") and day}
        return {"dates": dates, "reason": data.get("reason", "")}
