"""Rollouts where one of them is chosen: by code, client or platform."""

import re

from django.db.models import Q

from apps.blueprints.models import Platform
from apps.companies.models import Company
from apps.core.database.unaccented import holds, narrowed
from apps.core.web.search import SearchField
from apps.rollouts.models import Party, RolloutQuerySet

CODE = re.compile(r"\bINT[- ]?0*([0-9]{1,9})\b", re.IGNORECASE)
NUMBER = re.compile(r"0*([0-9]{1,9})")


def search(rollouts: RolloutQuerySet, text: str) -> RolloutQuerySet:
    """Those of ``rollouts`` of which a company or the platform is called so, or whose number ``text`` is; the one whose code
    stands in ``text``."""
    if code := CODE.search(text):
        return rollouts.filter(pk=int(code.group(1)))
    return narrowed(rollouts, text, _holds)


def _holds(text: str) -> Q:
    companies = Company.objects.filter(holds(text, "trade_name", "legal_name"))
    parties = Party.objects.filter(company__in=companies)
    platforms = Platform.objects.filter(holds(text, "name"))
    condition = Q(pk__in=parties.values("rollout")) | Q(platform__in=platforms)
    number = NUMBER.fullmatch(text)
    return condition | Q(pk=int(number.group(1))) if number else condition


class RolloutField(SearchField):
    """One of ``queryset``."""

    def __init__(self, queryset: RolloutQuerySet, **kwargs) -> None:
        super().__init__(queryset, search=search, wording=str, url_name="rollouts:suggestions", **kwargs)
