from django.http import HttpResponse
from django.shortcuts import redirect, render

from apps.accounts.http import SignedInRequest
from apps.companies import mergers
from apps.companies.forms import MergeForm
from apps.companies.views import visible_company
from apps.core.refusals import require
from apps.core.web.forms import attempt, refusal_status


def merge(request: SignedInRequest, pk: int) -> HttpResponse:
    """This record is of a company that has another: say which one stays."""
    company = visible_company(request, pk)
    require(request.user, "companies.merge")
    form = MergeForm(request.POST or None, company=company)
    if request.method == "POST" and attempt(request, form, mergers.merge, company, by=request.user):
        return redirect("companies:detail", form.cleaned_data["into"].pk)
    return render(request, "companies/merge.html", {"company": company, "form": form}, status=refusal_status(form))
