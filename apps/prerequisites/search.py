"""What of the deliveries the search over everything finds: documents by their name. What is in the vault is never looked
through, nor what was typed into a delivery."""

from django.db.models import F, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.searching import Hit, SearchSource
from apps.prerequisites.models import SubmissionFile
from apps.rollouts.models import Rollout


def _item(hit: Hit) -> str:
    return f"{reverse('prerequisites:room', args=[hit.rollout_key])}#item-{hit.detail}"


SOURCES = [
    SearchSource(
        key="documents",
        label=_("Documentos"),
        icon="file-text",
        rows=lambda user: SubmissionFile.objects.filter(
            submission__prerequisite__rollout__in=Rollout.objects.visible_to(user)
        ),
        names=("file__name",),
        title=lambda: F("file__name"),
        rollout="submission__prerequisite__rollout",
        detail=lambda: Cast(F("submission__prerequisite"), TextField()),
        url=_item,
    )
]
