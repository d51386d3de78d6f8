"""The search over everything: a page of its own, and what the palette on every page shows while somebody types."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.accounts.http import SignedInRequest
from apps.search import commands, queries


@never_cache
@require_GET
def search(request: SignedInRequest) -> HttpResponse:
    """What ``?q=`` finds, and the commands that are called so; the palette is given that part of the page alone."""
    text = request.GET.get("q", "").replace("\0", "")[: queries.LONGEST]
    is_palette = request.headers.get("HX-Target") == "palette-results"
    context = {
        "text": text,
        "answer": queries.find(request.user, text),
        # How the pages look is changed by a script, which the palette has.
        "commands": [row for row in commands.offered(request.user, text) if is_palette or not row.theme],
    }
    return render(request, "search/results.html" if is_palette else "search/page.html", context)
