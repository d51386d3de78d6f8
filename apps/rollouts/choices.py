"""Rollouts where one of them is chosen: by code, client or platform."""

import re

from apps.core.process import PartyRole
from apps.core.web.search import SearchField
from apps.rollouts.models import Party, RolloutQuerySet

CODE = re.compile(r"\bINT-0*([0-9]{1,9})\b", re.IGNORECASE)


def search(rollouts: RolloutQuerySet, text: str) -> RolloutQuerySet:
    """Those of ``rollouts`` whose client or platform is called so; the one whose code stands in ``text``."""
    if code := CODE.search(text):
        return rollouts.filter(pk=int(code.group(1)))
    clients = Party.objects.filter(role=PartyRole.CLIENT, company__trade_name__icontains=text)
    return rollouts.filter(pk__in=clients.values("rollout")) | rollouts.filter(platform__name__icontains=text)


class RolloutField(SearchField):
    """One of ``queryset``."""

    def __init__(self, queryset: RolloutQuerySet, **kwargs) -> None:
        super().__init__(queryset, search=search, wording=str, url_name="rollouts:suggestions", **kwargs)
