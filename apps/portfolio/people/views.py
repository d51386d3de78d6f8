"""The page of the load, that of absences, and how much somebody has for projects in a week."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.companies.models import Kind, Membership
from apps.core.exports.tables import FORMATS
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.portfolio.models import Capacity
from apps.portfolio.people import absences, exports, load
from apps.portfolio.people.forms import AbsenceForm, CapacityForm


@require_GET
def people(request: SignedInRequest) -> HttpResponse:
    """What lies ahead of each person of Presence, week by week."""
    require(request.user, "portfolio.see_load")
    context = {
        "people": load.of_everybody(),
        "mondays": load.mondays(),
        "default_minutes": load.DEFAULT_MINUTES,
        "of_a_meeting": load.OF_A_MEETING,
        "of_a_requirement": load.OF_A_REQUIREMENT,
        "of_a_week": load.OF_A_WEEK_OF_HOMOLOGATION,
    }
    return render(request, "portfolio/people/load.html", context)


@require_GET
def people_file(request: SignedInRequest, file_format: str) -> HttpResponse:
    """The same in one of ``FORMATS``."""
    require(request.user, "portfolio.see_load")
    if file_format not in FORMATS:
        raise Http404
    return exports.export(load.of_everybody()).download(file_format)


@require_http_methods(["GET", "POST"])
def own_absences(request: SignedInRequest) -> HttpResponse:
    """The reader's days of absence, for a manager of Presence everybody's, and the form that enters some."""
    require(request.user, "portfolio.enter_absence", request.user)
    of_anybody = request.user.has_perm("portfolio.set_capacity")
    data = request.POST if request.method == "POST" else None
    form = AbsenceForm(data, by=request.user, of_anybody=of_anybody)
    if request.method == "POST" and attempt(request, form, absences.enter, by=request.user):
        return redirect("portfolio:absences")
    context = {"form": form, "of_anybody": of_anybody, "page": page_of(request, absences.visible_to(request.user))}
    return render(request, "portfolio/people/absences.html", context, status=refusal_status(form))


@require_POST
def remove_absence(request: SignedInRequest, pk: int) -> HttpResponse:
    require(request.user, "portfolio.enter_absence", request.user)
    absences.remove(get_object_or_404(absences.visible_to(request.user), pk=pk), by=request.user)
    messages.success(request, _("Ausência retirada."))
    return redirect("portfolio:absences")


@require_http_methods(["GET", "POST"])
def capacity(request: SignedInRequest, membership_pk: int) -> HttpResponse:
    """How much somebody of Presence has for projects in a week."""
    require(request.user, "portfolio.set_capacity")
    members = Membership.objects.filter(company__kind=Kind.PRESENCE).select_related("user")
    membership = get_object_or_404(members, pk=membership_pk)
    own_minutes = Capacity.objects.filter(person=membership.user_id).values_list("minutes", flat=True).first()
    data = request.POST if request.method == "POST" else None
    form = CapacityForm(data, initial={"minutes": own_minutes})
    if request.method == "POST" and attempt(request, form, absences.set_capacity, membership, by=request.user):
        return redirect("portfolio:people")
    context = {"form": form, "membership": membership, "default_minutes": load.DEFAULT_MINUTES}
    return render(request, "portfolio/people/capacity.html", context, status=refusal_status(form))
