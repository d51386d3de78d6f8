from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.core.refusals import require
from apps.core.watch.running import outcomes
from apps.core.web.pages import page_of
from apps.operations import queries

HEALTH_SECONDS = 10
"""Longer than all checks take where all is well; what answers later counts as silent."""


@require_GET
def overview(request: SignedInRequest) -> HttpResponse:
    """How the installation is: what needs somebody, then every periodic task."""
    require(request.user, "operations.see")
    tasks = queries.periodic_tasks()
    context = {
        "tasks": tasks,
        "nothing_ran": not any(task.run for task in tasks),
        "tasks_needing_attention": sum(task.needs_attention for task in tasks),
        "counts": queries.mail_counts(),
    }
    return render(request, "operations/overview.html", context)


@require_GET
def health(request: SignedInRequest) -> HttpResponse:
    """Ask every part of the installation how it is, as ``manage.py doctor`` does, within ``HEALTH_SECONDS``."""
    require(request.user, "operations.see")
    context = {"outcomes": outcomes(seconds=HEALTH_SECONDS), "seconds": HEALTH_SECONDS}
    return render(request, "operations/health.html", context)


@require_GET
def mails(request: SignedInRequest) -> HttpResponse:
    """The e-mails of one state: those that were given up, unless another is asked for."""
    require(request.user, "operations.see")
    state = request.GET.get("state", "")
    if state not in queries.STATES:
        state = "failed"
    counts = queries.mail_counts()
    page = page_of(request, queries.mails(state), count=counts.get(state))
    context = {"state": state, "counts": counts, "page": page, "mails": queries.with_attempts(page.object_list)}
    return render(request, "operations/mails.html", context)
