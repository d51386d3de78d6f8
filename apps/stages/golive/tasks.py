import logging

from celery import shared_task

from apps.stages.golive import dossiers

logger = logging.getLogger(__name__)


@shared_task
def make_dossier(rollout_pk: int) -> None:
    """Archive a completed rollout; running it again changes nothing."""
    dossiers.make(rollout_pk)


@shared_task
def make_waiting_dossiers() -> None:
    """Archive what was completed, or got another closed month, since the last look. One that fails holds back no other."""
    for rollout_pk in dossiers.waiting():
        try:
            dossiers.make(rollout_pk)
        except Exception:
            logger.exception("The dossier of rollout %s waits", rollout_pk)
