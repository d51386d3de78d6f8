from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.http import SignedInRequest
from apps.companies.models import Company, Membership, Person
from apps.companies.pages import visible_company
from apps.companies.people import actions, forms, queries
from apps.core.refusals import require
from apps.core.web import form_keys
from apps.core.web.edits import remember
from apps.core.web.forms import attempt, refusal_status


@require_http_methods(["GET", "POST"])
def person_new(request: SignedInRequest, pk: int) -> HttpResponse:
    company = visible_company(request, pk)
    require(request.user, "companies.add_person", company)
    form = forms.NewPersonForm(request.POST or None, by=request.user, company=company)
    if person := form.is_somebody_known:
        form_keys.not_done(request)
        messages.info(request, _("%(name)s já estava no cadastro. Complete aqui o que faltar.") % {"name": person})
        return redirect("companies:person", pk, person.pk)
    if request.method == "POST" and attempt(request, form, actions.add_person, company, by=request.user):
        return redirect("companies:detail", pk)
    return render(request, "companies/people/new.html", {"company": company, "form": form}, status=refusal_status(form))


@require_http_methods(["GET", "POST"])
def person(request: SignedInRequest, pk: int, person_pk: int) -> HttpResponse:
    """Somebody's record, which whoever manages the company's people and the person themselves correct."""
    company, person = _person(request, pk, person_pk)
    if person.merged_into_id:
        return redirect("companies:person", pk, person.merged_into_id)
    form = None
    if request.user.has_perm("companies.change_person", person) or request.method == "POST":
        require(request.user, "companies.change_person", person)
        form = _form(request, company, person)
        if request.method == "POST" and attempt(request, form, actions.change_person, person, by=request.user):
            return redirect("companies:person", pk, person.pk)
    return _page(request, company, person, form=form)


@require_POST
def person_merge(request: SignedInRequest, pk: int, person_pk: int) -> HttpResponse:
    company, person = _person(request, pk, person_pk)
    require(request.user, "companies.manage_people", company)
    form = forms.MergeForm(request.POST, person=person)
    if attempt(request, form, actions.merge, person, by=request.user):
        return redirect("companies:person", pk, person.pk)
    return _page(request, company, person, merge_form=form)


@require_POST
def person_deactivate(request: SignedInRequest, pk: int, person_pk: int) -> HttpResponse:
    _company, person = _person(request, pk, person_pk)
    actions.deactivate(person, by=request.user)
    messages.success(request, _("Cadastro de %(name)s: inativo.") % {"name": person})
    return redirect("companies:person", pk, person.pk)


@require_POST
def person_reactivate(request: SignedInRequest, pk: int, person_pk: int) -> HttpResponse:
    _company, person = _person(request, pk, person_pk)
    actions.reactivate(person, by=request.user)
    messages.success(request, _("Cadastro de %(name)s: ativo de novo.") % {"name": person})
    return redirect("companies:person", pk, person.pk)


def _person(request: SignedInRequest, pk: int, person_pk: int) -> tuple[Company, Person]:
    company = visible_company(request, pk)
    people = Person.objects.with_ways_to_reach().filter(company=company)
    return company, get_object_or_404(people, pk=person_pk)


def _form(request: SignedInRequest, company: Company, person: Person, *, is_sent: bool = True) -> forms.PersonForm:
    data = request.POST or None if is_sent else None
    form = forms.PersonForm(data, person=person, by=request.user, company=company)
    return remember(form, person, forms.record_of)


def _page(
    request: SignedInRequest,
    company: Company,
    person: Person,
    *,
    form: forms.PersonForm | None = None,
    merge_form: forms.MergeForm | None = None,
) -> HttpResponse:
    manages = request.user.has_perm("companies.manage_people", company)
    status = refusal_status(form, merge_form)
    if form is None and request.user.has_perm("companies.change_person", person):
        form = _form(request, company, person, is_sent=False)
    if merge_form is None and manages:
        merge_form = forms.MergeForm(person=person)
    context = {
        "company": company,
        "person": person,
        "membership": Membership.objects.filter(company=company, user=person.user_id).first(),
        "manages": manages,
        "form": form,
        "merge_form": merge_form,
        "lookalikes": queries.lookalikes(person) if manages else [],
    }
    return render(request, "companies/people/person.html", context, status=status)
