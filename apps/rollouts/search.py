"""What of the projects themselves the search over everything finds: they, and what is open in them."""

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Company
from apps.core.searching import SearchSource, in_the_readers_language, is_like
from apps.rollouts import choices
from apps.rollouts.models import OpenRequirement, Party, Rollout, RolloutQuerySet
from apps.rollouts.models.requirements import WORDS


def _of_a_mistyped_company(rollouts: RolloutQuerySet, text: str) -> RolloutQuerySet:
    companies = Company.objects.filter(is_like(text, "trade_name", "legal_name"))
    parties = Party.objects.filter(company__in=companies)
    return rollouts.filter(pk__in=parties.values("rollout"))


def _address(hit) -> str:
    return hit.detail


SOURCES = [
    SearchSource(
        key="projects",
        label=_("Projetos"),
        icon="layers",
        rows=lambda user: Rollout.objects.visible_to(user),
        narrow=choices.search,
        narrow_mistyped=_of_a_mistyped_company,
        title=lambda: F("pk"),
        rollout="pk",
        url=lambda hit: reverse("rollouts:detail", args=[hit.key]),
    ),
    SearchSource(
        key="requirements",
        label=_("Pendências"),
        icon="list-checks",
        rows=lambda user: OpenRequirement.objects.owed().filter(rollout__in=Rollout.objects.visible_to(user)),
        document=WORDS,
        title=lambda: in_the_readers_language("text"),
        rollout="rollout",
        detail=lambda: F("url"),
        url=_address,
    ),
]
