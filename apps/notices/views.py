from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.web.forms import attempt, refusal_status
from apps.notices import actions, queries
from apps.notices.forms import PreferenceForm


@require_http_methods(["GET", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    """What the person wants to be told by e-mail."""
    # Two boxes without a tick are an empty form, and a choice all the same.
    data = request.POST if request.method == "POST" else None
    form = PreferenceForm(data, instance=queries.preference_of(request.user))
    if request.method == "POST" and attempt(request, form, actions.choose, request.user):
        return redirect("notices:preferences")
    return render(request, "notices/preferences.html", {"form": form}, status=refusal_status(form))
