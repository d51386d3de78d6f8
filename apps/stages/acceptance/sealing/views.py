"""Verification, for anybody: by the code on the document, by the code to scan, or by the file itself."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from apps.core.exports.downloads import download
from apps.core.untrusted.bodies import takes_files
from apps.limits import actions as limits
from apps.limits.places import network_of
from apps.prerequisites.credentials import certificate
from apps.stages.acceptance import queries
from apps.stages.acceptance.models import AcceptanceTerm
from apps.stages.acceptance.sealing import evidence, forms, judging

QUESTIONS = limits.Limit("verify-term", ((30, limits.MINUTE),))


@login_not_required
@never_cache
@require_GET
def start(request: HttpRequest) -> HttpResponse:
    """Type a code, or drop a file. A code leads to its own address."""
    form = forms.CodeForm(request.GET if "code" in request.GET else None)
    if form.is_bound and form.is_valid():
        term = _term_of_code(request, form.cleaned_data["code"])
        if document := term or certificate.by_code(form.cleaned_data["code"]):
            return redirect("acceptance:verify", document.code)
        form.add_error("code", _("Nenhum termo tem este código. Confira as doze letras e números do rodapé."))
    return _page(request, form=form, status=404 if form.errors else 200)


@login_not_required
@never_cache
@require_GET
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What there is to tell of the term of a code: state, who signed when, the hashes."""
    term = _term_of_code(request, code)
    if term is None and (purge := certificate.by_code(code)):
        return render(request, "acceptance/verify_purge.html", {"certificate": purge})
    if term is None:
        form = forms.CodeForm({"code": code})
        form.add_error("code", _("Nenhum termo tem este código. Confira as doze letras e números do rodapé."))
        return _page(request, form=form, status=404)
    return _page(request, term=term)


@takes_files
@login_not_required
@never_cache
@require_POST
def compare(request: HttpRequest) -> HttpResponse:
    """Whether a file is a term of ours, byte by byte. The browser sends the hash alone where it can work it out."""
    _slow_down(request)
    form = forms.CompareForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, compare_form=form, status=422)
    digest = form.digest()
    return _page(request, term=queries.by_hash(digest), compared=digest)


@login_not_required
@never_cache
@require_GET
def log(request: HttpRequest, code: str) -> HttpResponse:
    """The signing log, as it lies in the sealed document."""
    term = _term_of_code(request, code)
    if term is None or term.sealed is None:
        raise Http404
    with term.sealed.content.open("rb") as sealed:
        content = evidence.read(sealed.read())
    return download(content, f"{term}-{evidence.ATTACHED}")


def _term_of_code(request: HttpRequest, code: str) -> AcceptanceTerm | None:
    _slow_down(request)
    return queries.by_code(code)


def _slow_down(request: HttpRequest) -> None:
    """At most so many questions a minute from one place. Raises ``TooMany`` (429)."""
    limits.take(QUESTIONS, network_of(request))


def _page(
    request: HttpRequest,
    *,
    term: AcceptanceTerm | None = None,
    form: forms.CodeForm | None = None,
    compare_form: forms.CompareForm | None = None,
    compared: str = "",
    status: int = 200,
) -> HttpResponse:
    signatories = term.signatories.order_by("step", "pk") if term else []
    companies = queries.company_names(term) if term else {}
    context = {
        "term": term,
        "signatories": [{"row": row, "company": companies[row.role]} for row in signatories],
        "form": form or forms.CodeForm(),
        "compare_form": compare_form or forms.CompareForm(),
        "compared": compared,
        "is_sealed_file": bool(term and term.sealed and term.sealed.sha256 == compared),
        "judgement": judging.judge(term) if term else None,
    }
    return render(request, "acceptance/verify.html", context, status=status)
