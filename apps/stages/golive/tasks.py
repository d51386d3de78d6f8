from celery import shared_task
from django.utils.translation import gettext_lazy as _

from apps.core.background import work
from apps.core.jobs import Job
from apps.rollouts.anchors.anchoring import NotAnchored
from apps.seals.certificates import NoCertificate, NoTimestamp
from apps.stages.golive.dossier import actions as dossiers

DOSSIER = Job(
    "golive.dossier",
    _("Dossiê do projeto"),
    _("Não foi possível arquivar o dossiê deste projeto"),
    task="apps.stages.golive.tasks.make_dossier",
    model="rollouts.Rollout",
    away=(NoCertificate, NoTimestamp, NotAnchored),
)


@shared_task
def make_dossier(rollout_pk: int) -> None:
    """Archive a completed rollout; running it again changes nothing."""
    work.do(DOSSIER, rollout_pk, dossiers.make)


@shared_task
def make_waiting_dossiers() -> None:
    """Archive what was completed, or got another closed month, since the last look."""
    work.do_all(DOSSIER, dossiers.waiting(), dossiers.make)
