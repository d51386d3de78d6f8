from typing import Any

from django import forms
from django.db.models import Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.accounts.models import User
from apps.companies.access import is_presence
from apps.companies.choices import CompanyField
from apps.companies.models import Company, Kind
from apps.core.database.unaccented import by_name
from apps.core.process import PartyRole
from apps.core.refusals import NotAllowed
from apps.core.web.forms import DayField
from apps.hours.classification import Activity, HourClass
from apps.hours.logging import reading as hours
from apps.hours.models import Contest, ExtraHoursRequest, HourSum
from apps.rollouts.choices import RolloutField
from apps.rollouts.models import Party, Rollout

LONGEST = 60
"""The most months read at once."""


class FilterForm(forms.Form):
    since = DayField(label=_("De"), required=False)
    until = DayField(label=_("Até"), required=False)
    client = CompanyField(
        Company.objects.none(), kinds=(Kind.CLIENT,), label=_("Cliente"), required=False, empty_label=_("Todos")
    )
    rollout = RolloutField(Rollout.objects.none(), label=_("Projeto"), required=False, empty_label=_("Todos"))
    person = forms.ModelChoiceField(User.objects.none(), label=_("Pessoa"), required=False, empty_label=_("Todas"))
    activity = forms.ChoiceField(label=_("Atividade"), required=False, choices=[("", _("Todas")), *Activity.choices])
    hour_class = forms.ChoiceField(label=_("Classe"), required=False, choices=[("", _("Todas")), *HourClass.choices])

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rollouts = hours.rollouts_for(user)
        keys = rollouts.order_by().values("pk")
        clients = Party.objects.filter(rollout__in=keys, role=PartyRole.CLIENT).values("company")
        people = HourSum.objects.filter(rollout__in=keys).order_by().values("person")
        self.fields["client"].queryset = Company.objects.filter(pk__in=clients)  # type: ignore[attr-defined]
        self.fields["person"].queryset = User.objects.filter(pk__in=people).order_by(*by_name("name"), "pk")  # type: ignore[attr-defined]
        self.fields["rollout"].queryset = rollouts.with_titles()  # type: ignore[attr-defined]

    def filters(self) -> hours.Filters:
        """What was asked for; what cannot be read is left out, and the period is at most ``LONGEST`` months."""
        self.is_valid()
        data = self.cleaned_data
        since, until = hours.twelve_months()
        until = data.get("until") or until
        since = data.get("since") or min(since, until.replace(day=1))
        if since > until:
            since, until = until, since
        months = until.year * 12 + until.month - LONGEST
        since = max(since, until.replace(year=months // 12, month=months % 12 + 1, day=1))
        keys = {name: chosen.pk for name in ("client", "person", "rollout") if (chosen := data.get(name))}
        return hours.Filters(
            since, until, activity=data.get("activity", ""), hour_class=data.get("hour_class", ""), **keys
        )


@require_GET
def reading(request: SignedInRequest) -> HttpResponse:
    """The hours of all rollouts for Presence, of its own for a client."""
    form, filters, presence = _requested_filters(request)
    figures = hours.read(request.user, filters)
    rollouts = hours.rollouts_for(request.user).order_by().values("pk")
    requests = list(
        ExtraHoursRequest.objects.filter(rollout__in=rollouts, state="open").select_related("rollout__platform")[:20]
    )
    contests = list(
        Contest.objects.filter(rollout__in=rollouts, state="open").select_related("rollout__platform", "entry")[:20]
    )
    prefetch_related_objects(
        [row.rollout for row in [*requests, *contests]], Prefetch("parties", Party.objects.select_related("company"))
    )
    context = {
        "form": form,
        "filters": filters,
        "reading": figures,
        "chart": hours.chart(figures.months),
        "presence": presence,
        "query": request.GET.urlencode(),
        "requests": requests,
        "contests": contests,
    }
    return render(request, "hours/reading.html", context)


@require_GET
def reading_file(request: SignedInRequest, kind: str) -> HttpResponse:
    """The same figures, every row of them, as a file of one of ``tables.FORMATS``."""
    _form, filters, presence = _requested_filters(request)
    name = f"horas-{filters.since}-{filters.until}"
    return hours.export(name, hours.read(request.user, filters), presence=presence).download(kind)


def _requested_filters(request: SignedInRequest) -> tuple[FilterForm, hours.Filters, bool]:
    presence = is_presence(request.user)
    if not request.user.has_perm("hours.read_many"):
        raise NotAllowed(_("A leitura das horas é da Presence e do cliente de cada projeto."))
    form = FilterForm(request.GET, user=request.user)
    filters = form.filters()
    typed = {"since": filters.since, "until": filters.until}
    form = FilterForm({**request.GET.dict(), **typed}, user=request.user)
    return form, filters, presence
