from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.companies import actions, choices, forms, tables
from apps.companies.access import is_presence
from apps.companies.models import Company, Kind, Membership, Person
from apps.companies.pages import visible_company
from apps.companies.people import queries as people_queries
from apps.core.numbers import whole_number
from apps.core.refusals import require
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status
from apps.core.web.pages import page_of
from apps.core.web.search import suggestions


@require_GET
def company_list(request: SignedInRequest) -> HttpResponse:
    companies, kind, text = _narrowed(request)
    context = {"page": page_of(request, companies), "kinds": Kind.choices, "kind": kind, "text": text}
    return render(request, "companies/list.html", context)


@require_GET
def company_file(request: SignedInRequest, file_format: str) -> HttpResponse:
    """The companies of the list, as it is narrowed, in one of ``tables.FORMATS``."""
    companies, _kind, _text = _narrowed(request)
    return tables.companies(companies).download(file_format)


@require_GET
def people_file(request: SignedInRequest, pk: int, file_format: str) -> HttpResponse:
    """The people of a company, as its page is narrowed."""
    company = visible_company(request, pk)
    text, inactive = request.GET.get("q", "").strip(), request.GET.get("situation") == "inactive"
    people = people_queries.of_company(company, text=text, inactive=inactive)
    return tables.people(company, people).download(file_format)


def _narrowed(request: SignedInRequest) -> tuple[QuerySet[Company], str, str]:
    """The companies that the person may see and the filters of the list leave, the kind, and the text that is looked for."""
    companies = Company.objects.visible_to(request.user)
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "").strip()
    if kind in Kind.values:
        companies = companies.filter(kind=kind)
    return choices.search(companies, text) if text else companies, kind, text


@require_GET
def company_suggestions(request: SignedInRequest) -> HttpResponse:
    """What is typed into a field of companies may mean these."""
    companies = Company.objects.visible_to(request.user)
    if kinds := request.GET.getlist("kind"):
        companies = companies.filter(kind__in=kinds)
    return suggestions(request, companies, choices.search, choices.wording)


@require_GET
def people_suggestions(request: SignedInRequest) -> HttpResponse:
    """What is typed into a field of people may mean these, of those companies whose keys are given (``?company=``)."""
    people = Person.objects.visible_to(request.user).in_directory().with_ways_to_reach()
    if companies := [key for text in request.GET.getlist("company") if (key := whole_number(text)) is not None]:
        people = people.filter(company__in=companies)
    return suggestions(request, people, people_queries.search, people_queries.wording)


def company_new(request: SignedInRequest) -> HttpResponse:
    require(request.user, "companies.add")
    form = forms.CompanyForm(request.POST or None, initial={"kind": request.GET.get("kind", Kind.CLIENT)})
    if request.method == "POST" and attempt(request, form, actions.add_company, by=request.user):
        return redirect("companies:list")
    return render(request, "companies/form.html", {"form": form}, status=refusal_status(form))


def company_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    company = visible_company(request, pk)
    require(request.user, "companies.change", company)
    form_class = forms.CompanyForm if is_presence(request.user) else forms.OwnCompanyForm
    form = form_class(request.POST or None, instance=company)
    remember(form, company, lambda row: {name: getattr(row, name) for name in form_class.Meta.fields})
    if request.method == "POST" and attempt(request, form, actions.change_company, company, by=request.user):
        return redirect("companies:detail", pk)
    return render(request, "companies/form.html", {"form": form, "company": company}, status=refusal_status(form))


@require_GET
def company_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The company and its people; ``?q=`` looks for some, ``?situation=inactive`` shows those who left."""
    company = visible_company(request, pk)
    text, inactive = request.GET.get("q", "").strip(), request.GET.get("situation") == "inactive"
    people = people_queries.of_company(company, text=text, inactive=inactive)
    context = {"company": company, "page": page_of(request, people), "text": text, "inactive": inactive}
    return render(request, "companies/detail.html", context)


@require_POST
def person_remove(request: SignedInRequest, pk: int, membership_pk: int) -> HttpResponse:
    company = visible_company(request, pk)
    actions.remove_person(get_object_or_404(Membership, pk=membership_pk, company=company), by=request.user)
    messages.success(request, _("Acesso removido. A pessoa fica inativa no cadastro da empresa."))
    return redirect("companies:detail", pk)
