"""Which hours of an archived rollout its latest dossier does not know: they were logged after it."""

from django.db.models import IntegerField, QuerySet, Subquery
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.template.loader import render_to_string

from apps.core.database.compiled import compiled_once
from apps.core.process import Stage
from apps.hours import events as hours
from apps.hours.models import TimeEntry
from apps.rollouts.models import Event, Rollout
from apps.stages.golive.models import Dossier


def entries_after_the_dossier(rollout: Rollout) -> list[TimeEntry]:
    """The entries that were logged after the events that the latest dossier of ``rollout`` holds, and still count, each with
    the ``edition`` and the day of that dossier (``archived_at``); none where there is no dossier."""
    return _entries_after_the_dossier(rollout.pk, rollout=rollout)


@compiled_once
def _entries_after_the_dossier(rollout_pk: int) -> QuerySet[TimeEntry]:
    latest_dossier = Dossier.objects.filter(rollout=rollout_pk).order_by("-number")
    through = Subquery(latest_dossier.values("through")[:1])
    later_events = Event.objects.filter(rollout=rollout_pk, kind=hours.Logged.kind, sequence__gt=through)
    numbers = later_events.annotate(entry=Cast(KeyTextTransform("number", "data"), IntegerField())).values("entry")
    return (
        TimeEntry.objects.filter(rollout=rollout_pk, number__in=numbers, deleted_at=None)
        .annotate(
            edition=Subquery(latest_dossier.values("number")[:1]),
            archived_at=Subquery(latest_dossier.values("made_at")[:1]),
        )
        .order_by("number")
    )


def panel(request: HttpRequest, rollout: Rollout) -> str:
    """What stands above the entries of an archived rollout, where some came after its dossier."""
    entries = entries_after_the_dossier(rollout) if rollout.stage == Stage.COMPLETED else []
    if not entries:
        return ""
    return render_to_string("golive/hours_after_dossier.html", {"rollout": rollout, "entries": entries}, request)
