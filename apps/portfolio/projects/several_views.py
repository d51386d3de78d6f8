"""The page on which something is done with the projects that were chosen on the list."""

from collections.abc import Iterable
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from apps.accounts.http import SignedInRequest
from apps.core.refusals import Refusal, require
from apps.core.web.edits import ShownValues, fingerprint
from apps.core.web.forms import attempt, refusal_status
from apps.portfolio.projects import filters
from apps.portfolio.projects.several import BY_KEY, Line, Several
from apps.rollouts.models import Rollout, RolloutQuerySet

MOST_PROJECTS = 100
"""As many are changed in one transaction."""


@require_http_methods(["GET", "HEAD", "POST"])
def do_with_several(request: SignedInRequest, key: str) -> HttpResponse:
    """What is done with the projects that the address names, and with which of them; a form that is sent does it.

    Raises ``Refusal`` for more than ``MOST_PROJECTS``.
    """
    if not (several := BY_KEY.get(key)):
        raise Http404
    require(request.user, several.permission)
    pairs = list(filters.parameters(request.GET, "rollout"))
    back = reverse("portfolio:list") + (f"?{urlencode(pairs)}" if pairs else "")
    chosen: RolloutQuerySet = Rollout.objects.visible_to(request.user).filter(pk__in=filters.chosen_keys(request.GET))
    rollouts = list(several.prepared(chosen).order_by("pk")[: MOST_PROJECTS + 1])
    if not rollouts:
        messages.warning(request, _("Escolha ao menos um projeto."))
        return redirect(back)
    if len(rollouts) > MOST_PROJECTS:
        raise Refusal(_("Escolha até %(most)d projetos de uma vez.") % {"most": MOST_PROJECTS})
    lines = list(several.lines(rollouts))
    form = several.form(request.POST if request.method == "POST" else None)
    keys = [rollout.pk for rollout in rollouts]
    if several.compares:
        name = f"several {several.key}"
        form.shown_values = ShownValues(form, name, _texts_of(lines), lambda: _texts_of(_lines(several, chosen)))  # type: ignore[attr-defined]
    counts: list[int] = []

    def do(**values: object) -> None:
        named = [line.rollout for line in lines if not line.is_left_out]
        counts.append(several.do(named, by=request.user, **values))

    if request.method == "POST" and attempt(request, form, do):
        messages.success(request, several.done(counts[-1]))
        return redirect(back)
    context = {
        "several": several,
        "form": form,
        "lines": [line for line in lines if not line.is_left_out],
        "left_out": [line for line in lines if line.is_left_out],
        "back": back,
        "draft": fingerprint({"rollouts": ",".join(map(str, keys))}),
    }
    return render(request, "portfolio/chosen.html", context, status=refusal_status(form))


def _lines(several: Several, chosen: RolloutQuerySet) -> list[Line]:
    return list(several.lines(list(several.prepared(chosen).order_by("pk"))))


def _texts_of(lines: Iterable[Line]) -> dict[str, str]:
    return {str(line.rollout.pk): line.text for line in lines}
