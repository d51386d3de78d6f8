"""Which hours of an archived rollout its latest dossier does not know: they were logged after it."""

from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.core.process import Stage
from apps.hours import events as hours
from apps.rollouts.models import Rollout
from apps.stages.golive.models import Dossier


def entries_after(dossier: Dossier) -> list[int]:
    """The numbers of the entries that were logged after the events that ``dossier`` holds, and still count."""
    later_events = dossier.rollout.events.filter(sequence__gt=dossier.through, kind=hours.Logged.kind)
    numbers = later_events.values_list("data__number", flat=True)
    entries = dossier.rollout.time_entries.filter(number__in=[*numbers], deleted_at=None)
    return list(entries.order_by("number").values_list("number", flat=True))


def panel(request: HttpRequest, rollout: Rollout) -> str:
    """What stands above the entries of an archived rollout, where some came after its dossier."""
    if rollout.stage != Stage.COMPLETED or (dossier := rollout.dossiers.order_by("number").last()) is None:
        return ""
    dossier.rollout = rollout
    context = {"dossier": dossier, "numbers": entries_after(dossier)}
    return render_to_string("golive/hours_after_dossier.html", context, request) if context["numbers"] else ""
