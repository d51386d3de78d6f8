import logging

from celery import shared_task
from pyhanko.sign.timestamps.common_utils import TimestampRequestError

from apps.rollouts.anchoring import NotAnchored
from apps.seals.certificates import NoCertificate
from apps.stages.golive import dossiers

logger = logging.getLogger(__name__)


@shared_task
def make_dossier(rollout_pk: int) -> None:
    """Archive a completed rollout; running it again changes nothing. What fails is tried again by the clock."""
    try:
        dossiers.make(rollout_pk)
    except (NoCertificate, TimestampRequestError, NotAnchored) as error:
        logger.error("The dossier of rollout %s waits for its seal or its anchor: %s", rollout_pk, error)


@shared_task
def make_waiting_dossiers() -> None:
    """Archive what was completed, or got another closed month, since the last look. One that fails holds back no other."""
    for rollout_pk in dossiers.waiting():
        try:
            make_dossier(rollout_pk)
        except Exception:
            logger.exception("The dossier of rollout %s waits", rollout_pk)
