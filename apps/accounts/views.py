from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.i18n import set_language

from apps.accounts import actions
from apps.accounts.forms import ProfileForm
from apps.accounts.models import User
from apps.core.forms import attempt


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    # A copy of the person: a name that is refused must not show up in the page's menu.
    person = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST or None, instance=person)
    if request.method == "POST" and attempt(request, form, actions.update_profile, request.user):
        return redirect("accounts:profile")
    status = form.refusal_status if form.is_bound else 200
    return render(request, "account/profile.html", {"form": form}, status=status)


@login_not_required
@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use and privacy, readable before one has an account."""
    return render(request, "account/terms.html", {"version": actions.TERMS_VERSION})


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Django's own language view, which also tells the person's account: the choice follows them to other devices."""
    chosen = request.POST.get("language", "")
    if request.user.is_authenticated and chosen in dict(settings.LANGUAGES):
        actions.choose_language(request.user, chosen)
    return set_language(request)
