"""The page that compares completed projects, for the managers of Presence, and the same as a file."""

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.exports.tables import FORMATS
from apps.core.process import PartyRole
from apps.core.refusals import require
from apps.core.web.forms import DayField
from apps.core.web.pages import page_of
from apps.portfolio.comparison import exports, queries
from apps.portfolio.comparison.queries import By, Line


class ComparisonForm(forms.Form):
    """By whom, and of which time; everything is optional."""

    by = forms.ChoiceField(label=_("Comparar por"), required=False, choices=By.choices)
    since = DayField(label=_("Concluídos desde"), required=False)
    until = DayField(label=_("Concluídos até"), required=False)

    def lines(self) -> list[Line]:
        """What a validated form asks for; a value that it did not take narrows nothing."""
        values = self.cleaned_data
        return queries.compare(self.group, since=values.get("since"), until=values.get("until"))

    @property
    def group(self) -> str:
        return str(self.cleaned_data.get("by") or By.INTEGRATOR)


@require_GET
def comparison(request: SignedInRequest) -> HttpResponse:
    form = _form(request)
    context = {
        "form": form,
        "page": page_of(request, form.lines()),
        "by": By(form.group),
        "roles": PartyRole.choices,
        "few": queries.FEW,
        "query": request.GET.urlencode(),
    }
    return render(request, "portfolio/comparison.html", context)


@require_GET
def comparison_file(request: SignedInRequest, file_format: str) -> HttpResponse:
    """The comparison in one of ``FORMATS``."""
    form = _form(request)
    if file_format not in FORMATS:
        raise Http404
    return exports.export(form.group, form.lines()).download(file_format)


def _form(request: HttpRequest) -> ComparisonForm:
    require(request.user, "portfolio.compare")
    form = ComparisonForm(request.GET)
    form.is_valid()
    return form
