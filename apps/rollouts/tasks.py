import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.background import work
from apps.core.jobs import Job
from apps.rollouts import refreshing
from apps.rollouts.anchors import anchoring
from apps.rollouts.models import Rollout
from apps.seals.certificates import NoCertificate, NoTimestamp

logger = logging.getLogger(__name__)

ANCHOR = Job(
    "rollouts.anchor",
    _("Âncora do histórico"),
    _("Não foi possível ancorar o histórico deste projeto"),
    task="apps.rollouts.tasks.anchor_rollout",
    model="rollouts.Rollout",
)

REFRESH = Job(
    "rollouts.refresh",
    _("Pendências do projeto"),
    _("Não foi possível atualizar as pendências deste projeto"),
    task="apps.rollouts.tasks.refresh_rollout",
    model="rollouts.Rollout",
)

SECONDS = 150
"""How long one task reads chains; the rest of its time is for signing. What is left over comes next, the oldest first."""
MOST_CHECKED = 5_000
"""How many rollouts one task looks through."""


@shared_task
def anchor_rollout(rollout_pk: int) -> None:
    """Anchor the head of one rollout's timeline; where it is anchored already nothing happens."""
    _anchor(anchoring.waiting().filter(pk=rollout_pk))


@shared_task
def anchor_asked_rollouts() -> None:
    """Anchor what a lost message, or an authority that was away, left without its anchor."""
    _anchor(anchoring.waiting_at_once())


@shared_task
def anchor_changed_rollouts() -> None:
    """Anchor every timeline that changed since its last anchor. One that could not be anchored is tried anew each night, so
    that the log and the list of given-up work say so for as long as it does not hold."""
    work.renew_given_up(ANCHOR.name, before=clock.now() - timedelta(hours=12))
    _anchor(anchoring.waiting())


def _anchor(rollouts: QuerySet[Rollout]) -> None:
    """Read the head of each, which stands alone, and sign them together; without a seal or its time they all wait."""
    heads: list[tuple[int, int, str]] = []

    def read(rollout_pk: int) -> None:
        rollout = Rollout.objects.get(pk=rollout_pk)
        try:
            heads.append(anchoring.head_of(rollout))
        except anchoring.NotAnchored as error:
            logger.error("%s is not anchored: %s", rollout.code, error)
            raise

    keys = list(rollouts.values_list("pk", flat=True))
    work.do_all(ANCHOR, keys, read, most=len(keys), seconds=SECONDS)
    try:
        anchoring.sign_heads(heads)
    except (NoCertificate, NoTimestamp) as error:
        logger.error("The timelines wait for their anchor: %s", error)


@shared_task
def refresh_rollout(rollout_pk: int) -> None:
    """Work out anew what is open in one rollout."""
    work.do(REFRESH, rollout_pk, refreshing.refresh)


@shared_task
def refresh_what_time_changed() -> None:
    """Work out anew what is open where an hour has come: a date that passed asks for no answer any more."""
    work.do_all(REFRESH, refreshing.changed_by_time().values_list("pk", flat=True), refreshing.refresh)


@shared_task
def refresh_unchecked_rollouts() -> None:
    """Ask every rule of the rollouts where nobody did since yesterday, and mend what differs. What could not be worked out is
    tried anew each night."""
    work.renew_given_up(REFRESH.name, before=clock.now() - timedelta(hours=12))
    keys = list(refreshing.unchecked().values_list("pk", flat=True)[:MOST_CHECKED])
    work.do_all(REFRESH, keys, refreshing.heal, most=MOST_CHECKED, seconds=SECONDS)
