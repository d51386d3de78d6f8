from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.companies import actions, choices, forms
from apps.companies.access import is_presence
from apps.companies.models import Company, Kind, Membership
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.core.web.search import suggestions


def visible_company(request: SignedInRequest, pk: int) -> Company:
    """The company, where ``request.user`` may see it; 404 otherwise. One that was made one with another leads to that."""
    pk = Company.objects.filter(pk=pk, merged_into__isnull=False).values_list("merged_into", flat=True).first() or pk
    return get_object_or_404(Company.objects.visible_to(request.user), pk=pk)


@require_GET
def company_list(request: SignedInRequest) -> HttpResponse:
    companies = Company.objects.visible_to(request.user)
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    if kind in Kind.values:
        companies = companies.filter(kind=kind)
    if text:
        companies = choices.search(companies, text)
    context = {"page": page_of(request, companies), "kinds": Kind.choices, "kind": kind, "text": text}
    return render(request, "companies/list.html", context)


@require_GET
def company_suggestions(request: SignedInRequest) -> HttpResponse:
    """What is typed into a field of companies may mean these."""
    companies = Company.objects.visible_to(request.user)
    if kinds := request.GET.getlist("kind"):
        companies = companies.filter(kind__in=kinds)
    return suggestions(request, companies, choices.search, choices.wording)


def company_new(request: SignedInRequest) -> HttpResponse:
    require(request.user, "companies.add")
    form = forms.CompanyForm(request.POST or None, initial={"kind": request.GET.get("kind", Kind.CLIENT)})
    if request.method == "POST" and attempt(request, form, actions.add_company, by=request.user):
        return redirect("companies:list")
    return render(request, "companies/form.html", {"form": form}, status=_status(form))


def company_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    company = visible_company(request, pk)
    require(request.user, "companies.change", company)
    form_class = forms.CompanyForm if is_presence(request.user) else forms.OwnCompanyForm
    form = form_class(request.POST or None, instance=company)
    if request.method == "POST" and attempt(request, form, actions.change_company, company, by=request.user):
        return redirect("companies:detail", pk)
    return render(request, "companies/form.html", {"form": form, "company": company}, status=_status(form))


@require_GET
def company_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    return _detail(request, visible_company(request, pk))


@require_POST
def person_remove(request: SignedInRequest, pk: int, membership_pk: int) -> HttpResponse:
    company = visible_company(request, pk)
    actions.remove_person(get_object_or_404(Membership, pk=membership_pk, company=company), by=request.user)
    messages.success(request, _("Pessoa removida da empresa."))
    return redirect("companies:detail", pk)


@require_POST
def contact_add(request: SignedInRequest, pk: int) -> HttpResponse:
    company = visible_company(request, pk)
    form = forms.ContactForm(request.POST, auto_id="contact_%s")
    if attempt(request, form, actions.add_contact, company, by=request.user):
        return redirect("companies:detail", pk)
    return _detail(request, company, contact=form)


def _status(form) -> int:
    return refusal_status(form)


def _detail(request: SignedInRequest, company: Company, contact=None) -> HttpResponse:
    context = {
        "company": company,
        "memberships": company.memberships.select_related("user"),
        "contacts": company.contacts.all(),
        "contact_form": contact or forms.ContactForm(auto_id="contact_%s"),
    }
    return render(request, "companies/detail.html", context, status=_status(contact) if contact else 200)
