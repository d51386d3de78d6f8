from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from apps.accounts.http import SignedInRequest
from apps.core.background import work
from apps.core.own_pages import own_page
from apps.core.refusals import Refusal, require
from apps.core.web import form_keys
from apps.core.web.pages import page_of
from apps.rollouts import events
from apps.rollouts.models import Rollout
from apps.rollouts.unfinished import queries as unfinished


@require_GET
def unfinished_list(request: SignedInRequest) -> HttpResponse:
    """What workers gave up, and what waits to be tried again."""
    require(request.user, "rollouts.see_unfinished")
    page = page_of(request, unfinished.given_up())
    rows = unfinished.given_up().order_by().values_list("kind", flat=True).distinct()
    context = {
        "page": page,
        "given_up": unfinished.with_items(page.object_list),
        "kinds": [(name, events.title_of_work(name)) for name in sorted(rows) if name in work.jobs()],
        "waiting": unfinished.with_items(unfinished.waiting()[:50]),
        "waiting_count": unfinished.waiting().count(),
    }
    return render(request, "rollouts/unfinished.html", context)


@require_POST
def try_again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask again for work that was given up, from the page on which it is shown."""
    back = own_page(request, request.POST.get("next", ""), otherwise=reverse("portal:home"))
    failure = unfinished.failure(pk)
    if failure is None:
        form_keys.not_done(request)
        messages.info(request, _("Isto já foi resolvido, ou a nova tentativa já foi pedida."))
        return redirect(back)
    if not _may_know_of(request, failure):
        raise Http404
    try:
        unfinished.try_again(failure, by=request.user)
    except Refusal as refusal:
        form_keys.not_done(request)
        messages.info(request, refusal.message)
    else:
        messages.success(request, _("A nova tentativa começa em instantes."))
    return redirect(back)


@require_POST
def try_all_again(request: SignedInRequest) -> HttpResponse:
    """Ask again for everything of one kind."""
    new_attempts = unfinished.try_all_again(request.POST.get("kind", ""), by=request.user)
    messages.success(
        request,
        ngettext("%(n)d nova tentativa pedida.", "%(n)d novas tentativas pedidas.", new_attempts) % {"n": new_attempts},
    )
    return redirect("rollouts:unfinished")


def _may_know_of(request: SignedInRequest, failure: unfinished.Failure) -> bool:
    if failure.rollout is None:
        return request.user.has_perm("rollouts.see_unfinished")
    return Rollout.objects.visible_to(request.user).filter(pk=failure.rollout.pk).exists()
