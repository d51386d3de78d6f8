"""The page that a client opens by a link, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET

from apps.limits import actions as limits
from apps.limits.places import network_of
from apps.portfolio.reports import links, queries, reading

QUESTIONS = limits.Limit("public-report", ((30, limits.MINUTE),))


@login_not_required
@never_cache
@require_GET
@sensitive_variables("token")
def public_report(request: HttpRequest, token: str) -> HttpResponse:
    """The newest report of the rollout that the link is for. What opens nothing is answered alike, whatever the cause: there
    never was such a link, it ended, it was revoked. Raises ``TooMany`` (429) beyond so many questions a minute."""
    limits.take(QUESTIONS, network_of(request))
    link = links.opened(token)
    if link is None:
        return _unindexed(render(request, "portfolio/reports/closed_link.html", status=404))
    report = queries.newest_sent(link.rollout)
    if report:
        report.rollout = link.rollout
    context = {
        "rollout": link.rollout,
        "report": report,
        "reading": reading.for_the_public(report) if report else None,
    }
    return _unindexed(render(request, "portfolio/reports/public.html", context))


def _unindexed(response: HttpResponse) -> HttpResponse:
    """``response`` for no search engine, whose address no other site is told of."""
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
