"""What of the homologations the search over everything finds."""

from typing import Any

from django.db.models import F, QuerySet, TextField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.companies.access import is_presence
from apps.core.searching import Hit, SearchSource, in_the_readers_language, words_stand_in
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Case, Evidence, Nonconformity, NonconformityComment
from apps.stages.homologation.models.nonconformities import WORDS, WORDS_OF_A_COMMENT

MOST_PROJECTS_WITH_CASES = 20
"""Every project has much the same hundred cases. Where none is named they are looked through in the newest so many of the
open projects that the person sees, or, at Presence, works on."""


def _of_few_projects(cases: "QuerySet[Case]", user: Any) -> "QuerySet[Case]":
    rollouts = Rollout.objects.visible_to(user).open().order_by("-pk")
    if is_presence(user) and (worked_on := rollouts.worked_on_by(user)).exists():
        rollouts = worked_on
    return cases.filter(script__rollout__in=list(rollouts.values_list("pk", flat=True)[:MOST_PROJECTS_WITH_CASES]))


def _narrow_cases(cases: "QuerySet[Case]", text: str) -> "QuerySet[Case]":
    titles = (KeyTextTransform(language, "title") for language in ("pt", "en"))
    return words_stand_in(cases, text, F("code"), *titles)


def _nonconformity(hit: Hit) -> str:
    return reverse("homologation:nonconformity", args=[hit.rollout_key, hit.detail])


SOURCES = [
    SearchSource(
        key="cases",
        label=_("Casos"),
        icon="clipboard-check",
        rows=lambda user: Case.objects.filter(script__rollout__in=Rollout.objects.visible_to(user)),
        bounded=_of_few_projects,
        narrow=_narrow_cases,
        title=lambda: in_the_readers_language("title"),
        rollout="script__rollout",
        detail=lambda: F("code"),
        url=lambda hit: reverse("homologation:case", args=[hit.rollout_key, hit.detail]),
    ),
    SearchSource(
        key="nonconformities",
        label=_("Não conformidades"),
        icon="triangle-alert",
        rows=lambda user: Nonconformity.objects.filter(rollout__in=Rollout.objects.visible_to(user)),
        document=WORDS,
        title=lambda: F("title"),
        rollout="rollout",
        detail=lambda: Cast(F("number"), TextField()),
        url=_nonconformity,
    ),
    SearchSource(
        key="comments",
        label=_("Mensagens de não conformidades"),
        icon="messages-square",
        rows=lambda user: NonconformityComment.objects.filter(
            nonconformity__rollout__in=Rollout.objects.visible_to(user)
        ),
        document=WORDS_OF_A_COMMENT,
        title=lambda: F("text"),
        rollout="nonconformity__rollout",
        detail=lambda: Cast(F("nonconformity__number"), TextField()),
        url=lambda hit: f"{_nonconformity(hit)}#discussao",
    ),
    SearchSource(
        key="evidence",
        label=_("Evidências"),
        icon="file-check",
        rows=lambda user: Evidence.objects.filter(
            file__isnull=False, result__case__script__rollout__in=Rollout.objects.visible_to(user)
        ),
        names=("file__name",),
        title=lambda: F("file__name"),
        rollout="result__case__script__rollout",
        detail=lambda: F("result__case__code"),
        url=lambda hit: reverse("homologation:case", args=[hit.rollout_key, hit.detail]),
    ),
]
