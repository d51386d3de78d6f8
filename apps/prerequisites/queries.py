from apps.core import clock
from apps.prerequisites import probes, purge
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts.models import Rollout
from apps.rollouts.stages import CLOSED


def credentials_to_probe(*, untried: bool = False) -> list[int]:
    """The keys of the newest deliveries of platform credentials, accepted or in review, of open rollouts; only those
    that were never tried, if ``untried``. Platforms without a probe are left out."""
    items = (
        Prerequisite.objects.filter(
            rollout__in=Rollout.objects.open(),
            key__in=probes.KEYS,
            state__in=[Prerequisite.State.SUBMITTED, Prerequisite.State.ACCEPTED],
        )
        .select_related("rollout__platform")
        .prefetch_related("submissions__probes")
    )
    found = [item.last for item in items if item.last and probes.of(item)]
    return [submission.pk for submission in found if not (untried and submission.probes.all())]


def documents_to_read() -> list[int]:
    """The keys of the documents and links in review that nobody looked into yet; not those in quarantine."""
    kinds = [Prerequisite.Kind.DOCUMENT, Prerequisite.Kind.LINK]
    rows = Submission.objects.filter(prerequisite__kind__in=kinds, decision="", evidence={})
    rows = rows.prefetch_related("attached__file")
    return [row.pk for row in rows if any(file.can_be_read for file in row.files) or (row.link and not row.files)]


def rollouts_to_purge() -> list[int]:
    """The keys of the rollouts closed ``PURGE_CREDENTIALS_DAYS`` ago or longer that still hold secrets."""
    due = Rollout.objects.filter(stage__in=CLOSED, closed_at__lte=clock.now() - purge.after())
    kept = due.filter(prerequisites__submissions__secrets__isnull=False)
    return list(kept.order_by("pk").values_list("pk", flat=True).distinct())
