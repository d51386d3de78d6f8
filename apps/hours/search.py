"""What of the hours the search over everything finds: what was done, as who did it wrote it."""

from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.searching import SearchSource
from apps.hours.models import TimeEntry
from apps.hours.models.entries import WORDS
from apps.rollouts.models import Rollout

SOURCES = [
    SearchSource(
        key="time_entries",
        label=_("Apontamentos"),
        icon="clock",
        rows=lambda user: TimeEntry.objects.filter(deleted_at=None, rollout__in=Rollout.objects.visible_to(user)),
        document=WORDS,
        title=lambda: F("note"),
        rollout="rollout",
        detail=lambda: Cast(F("number"), TextField()),
        order="-started_at",
        url=lambda hit: reverse("hours:why", args=[hit.rollout_key, hit.detail]),
    )
]
