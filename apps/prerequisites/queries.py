from apps.core import clock
from apps.core.process import CLOSED
from apps.prerequisites import kinds
from apps.prerequisites.credentials import purge
from apps.prerequisites.models import Submission
from apps.rollouts.models import Rollout


def documents_to_read() -> list[int]:
    """The keys of the documents and links in review that nobody looked into yet; not those in quarantine."""
    reading = kinds.DOCUMENT_READING
    rows = Submission.objects.filter(reading.missing, prerequisite__kind__in=kinds.gathered_by(reading), decision="")
    rows = rows.prefetch_related("attached__file")
    return [row.pk for row in rows if any(file.can_be_read for file in row.files) or (row.link and not row.files)]


def rollouts_to_purge() -> list[int]:
    """The keys of the rollouts closed ``PURGE_CREDENTIALS_DAYS`` ago or longer that still hold secrets."""
    due = Rollout.objects.filter(stage__in=CLOSED, closed_at__lte=clock.now() - purge.after())
    holding_secrets = due.filter(prerequisites__submissions__secrets__isnull=False)
    return list(holding_secrets.order_by("pk").values_list("pk", flat=True).distinct())
