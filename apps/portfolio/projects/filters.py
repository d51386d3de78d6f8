"""What narrows the list of all projects; table, board, timeline and exports ask the same."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.db.models import Case, Count, Exists, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.access import is_presence
from apps.companies.choices import CompanyField
from apps.companies.models import Company, Kind, Membership, Role
from apps.core import clock, workdays
from apps.core.numbers import whole_number
from apps.core.process import PATH, PartyRole, Stage
from apps.core.web.forms import DayField
from apps.portfolio.forecasts.health import Health, with_health
from apps.rollouts import queries
from apps.rollouts.models import OpenRequirement, Party, PlannedStage, Rollout
from apps.rollouts.planning import STEPS


class FilterForm(forms.Form):
    """The filters as an address carries them; everything is optional. Who works elsewhere than at Presence is asked for the
    first four alone: they see few projects, and no lists of Presence's people and clients."""

    q = forms.CharField(
        label=_("Procurar"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Empresa, plataforma ou código")}),
    )
    situation = forms.ChoiceField(
        label=_("Situação"),
        required=False,
        choices=[
            ("open", _("Em andamento")),
            ("held", _("Em pausa")),
            ("closed", _("Encerrados")),
            ("all", _("Todos")),
        ],
    )
    stage = forms.ChoiceField(label=_("Etapa"), required=False, choices=[("", _("Todas as etapas")), *Stage.choices])
    holder = forms.ChoiceField(
        label=_("Bola com"), required=False, choices=[("", _("Qualquer parte")), *PartyRole.choices]
    )
    health = forms.ChoiceField(
        label=_("Situação do prazo"), required=False, choices=[("", _("Qualquer situação")), *Health.choices]
    )
    late = forms.BooleanField(label=_("Só atrasados"), required=False)
    manager = forms.TypedChoiceField(label=_("Gerente"), required=False, coerce=int, empty_value=None)
    analyst = forms.TypedChoiceField(label=_("Analista"), required=False, coerce=int, empty_value=None)
    platform = forms.ModelChoiceField(Platform.objects.all(), label=_("Plataforma"), required=False)
    integrator = CompanyField(
        Company.objects.exclude(kind=Kind.PRESENCE),
        kinds=(Kind.INTEGRATOR, Kind.PLATFORM, Kind.CLIENT),
        label=_("Integrador"),
        required=False,
    )
    client = CompanyField(
        Company.objects.filter(kind=Kind.CLIENT), kinds=(Kind.CLIENT,), label=_("Cliente"), required=False
    )
    created_from = DayField(label=_("Aberto desde"), required=False)
    created_to = DayField(label=_("Aberto até"), required=False)
    target_from = DayField(label=_("Data-alvo desde"), required=False)
    target_to = DayField(label=_("Data-alvo até"), required=False)

    def __init__(self, data: QueryDict, *, reader: User) -> None:
        super().__init__(data)
        if is_presence(reader):
            places = Membership.objects.filter(user=OuterRef("pk"), company__kind=Kind.PRESENCE)
            managing = places.filter(role__in=[Role.MANAGER, Role.PROJECT_MANAGER])
            people = list(User.objects.filter(Exists(places)).annotate(manages=Exists(managing)))
            anybody = ("", _("Qualquer pessoa"))
            managers = [(person.pk, str(person)) for person in people if person.manages]
            self.fields["manager"].choices = [anybody, *managers]  # type: ignore[attr-defined]
            everybody = [(person.pk, str(person)) for person in people]
            self.fields["analyst"].choices = [anybody, *everybody]  # type: ignore[attr-defined]
        else:
            for name in ("manager", "analyst", "platform", "integrator", "client"):
                del self.fields[name]

    def clean_situation(self) -> str:
        return self.cleaned_data["situation"] or "open"

    def main_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ("q", "situation", "stage", "holder")]

    def more_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in ("q", "situation", "stage", "holder")]

    def more_in_use(self) -> int:
        """How many of the further filters narrow the list."""
        return sum(bool(self.cleaned_data.get(field.name)) for field in self.more_fields())


def filtered(reader: User, form: FilterForm) -> QuerySet[Rollout]:
    """The projects that ``reader`` may see and ``form``, which was validated, asks for, with what their rows show
    (``with_facts``). A value that the form did not take narrows nothing."""
    values: dict[str, Any] = form.cleaned_data
    rollouts = queries.listing(
        reader,
        situation=values.get("situation") or "open",
        holder=values.get("holder", ""),
        stage=values.get("stage", ""),
        text=values.get("q", "").strip(),
    )
    conditions = {
        "project_manager": values.get("manager"),
        "analysts__membership__user": values.get("analyst"),
        "platform": values.get("platform"),
        "started_at__gte": clock.instant_of(day) if (day := values.get("created_from")) else None,
        "started_at__lt": clock.instant_of(day + workdays.ONE_DAY) if (day := values.get("created_to")) else None,
        "target_date__gte": values.get("target_from"),
        "target_date__lte": values.get("target_to"),
    }
    rollouts = rollouts.filter(**{name: value for name, value in conditions.items() if value})
    for role in (PartyRole.INTEGRATOR, PartyRole.CLIENT):
        if company := values.get(role.value):
            rollouts = rollouts.filter(pk__in=Party.objects.filter(role=role, company=company).values("rollout"))
    # What the pages of each say in short is long, and no row shows it.
    rollouts = with_facts(rollouts).defer("facts", "integration_model_title", "scope")
    if values.get("health"):
        rollouts = rollouts.filter(health=values["health"])
    if not values.get("late"):
        return rollouts
    # On a weekend nothing is later than on its Friday (``planning.days_late``).
    last_workday = workdays.shift(clock.today() + workdays.ONE_DAY, -1)
    return rollouts.filter(next_planned__lt=last_workday)


def with_facts(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """``rollouts`` with what is sorted by: the names of client and integrator, how much the next gate still waits for
    (``missing``), for an open one the day on which the next stage is to begin (``next_planned``), from the plan, and what is
    foretold of it (``with_health``)."""
    following = Case(
        *(When(rollout__stage=stage, then=Value(STEPS[place + 1].value)) for place, stage in enumerate(PATH))
    )
    planned = PlannedStage.objects.filter(rollout=OuterRef("pk"), stage=following).values("starts")[:1]
    open_rows = OpenRequirement.objects.filter(rollout=OuterRef("pk"), blocking=True).order_by().values("rollout")
    return (
        with_health(rollouts)
        .annotate(
            next_planned=Subquery(planned),
            missing=Coalesce(Subquery(open_rows.annotate(count=Count("pk")).values("count")), Value(0)),
        )
        .alias(
            client_name=_of_company(PartyRole.CLIENT, "trade_name"),
            client_key=_of_company(PartyRole.CLIENT, "pk"),
            integrator_name=_of_company(PartyRole.INTEGRATOR, "trade_name"),
            integrator_key=_of_company(PartyRole.INTEGRATOR, "pk"),
            stage_place=Case(*(When(stage=stage, then=Value(place)) for place, stage in enumerate(Stage))),
        )
    )


def _of_company(role: PartyRole, field: str) -> Subquery:
    return Subquery(Party.objects.filter(rollout=OuterRef("pk"), role=role).values(f"company__{field}")[:1])


def parameters(query: QueryDict, *without: str) -> Iterator[tuple[str, str]]:
    """The pairs of ``query`` that narrow or arrange the list, but those ``without``; no database keeps a NUL."""
    for name, texts in query.lists():
        if name not in ("page", *without):
            yield from ((name, value) for value in texts if value and "\0" not in name + value)


def chosen_keys(query: QueryDict) -> set[int]:
    """The keys of the projects that an address names."""
    return {key for text in query.getlist("rollout") if (key := whole_number(text))}
