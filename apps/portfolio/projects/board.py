"""Projects as cards, under the stage that each is at."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from apps.core.process import Stage
from apps.rollouts.models import Rollout

CARDS_OF_A_STAGE = 20


@dataclass(frozen=True)
class Lane:
    """A stage with its first cards, those that wait longest before others, and how many there are."""

    stage: Stage
    cards: Sequence[Rollout]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.cards)


def lanes(rollouts: QuerySet[Rollout], stages: Sequence[Stage]) -> list[Lane]:
    """The ``stages`` with their projects among ``rollouts``, in two queries and what comes with the projects."""
    same = Rollout.objects.filter(pk__in=rollouts.order_by().values("pk")).order_by()
    counts = dict(same.values_list("stage").annotate(count=Count("pk")))
    place = Window(RowNumber(), partition_by=F("stage"), order_by=[F("holder_since").asc(), F("pk").asc()])
    cards = list(rollouts.annotate(place=place).filter(place__lte=CARDS_OF_A_STAGE).order_by("holder_since", "pk"))
    return [
        Lane(stage, [card for card in cards if card.stage == stage], counts.get(stage.value, 0)) for stage in stages
    ]
