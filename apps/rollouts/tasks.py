import logging

from celery import shared_task
from django.db.models import QuerySet
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from apps.rollouts import anchoring
from apps.rollouts.models import Rollout
from apps.seals.certificates import NoCertificate

logger = logging.getLogger(__name__)


@shared_task
def anchor_asked_rollouts() -> None:
    """Anchor the timelines with something that binds beyond their last anchor, all on one sheet. It is asked for right after
    such an event; the clock finds what a lost message, or an authority that was away, left."""
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
