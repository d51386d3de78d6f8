import logging

from celery import shared_task
from django.db.models import QuerySet
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from apps.rollouts import anchoring
from apps.rollouts.models import Rollout
from apps.seals.certificates import NoCertificate

logger = logging.getLogger(__name__)


@shared_task
def anchor_rollout(rollout_pk: int) -> None:
    """Anchor the head of one rollout's timeline; where it is anchored already nothing happens."""
    _anchor(anchoring.waiting().filter(pk=rollout_pk))


@shared_task
def anchor_asked_rollouts() -> None:
    """Anchor what a lost message, or an authority that was away, left without its anchor."""
    _anchor(anchoring.asked())


@shared_task
def anchor_changed_rollouts() -> None:
    """Anchor every timeline that changed since its last anchor."""
    _anchor(anchoring.waiting())


def _anchor(rollouts: QuerySet[Rollout]) -> None:
    try:
        anchoring.anchor_all(rollouts)
    except (NoCertificate, TimestampRequestError) as error:
        logger.error("The timelines wait for their anchor: %s", error)
