from datetime import timedelta

from django.db.models import QuerySet

from apps.core import clock
from apps.core.process import CLOSED
from apps.prerequisites import kinds
from apps.prerequisites.credentials import probes, purge
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts.models import Rollout

OVERDUE = timedelta(hours=26)
"""A day and what the daily round may be late by: after it, a look was missed."""


def _newest(gathering: kinds.Gathering) -> list[Submission]:
    """The newest deliveries about which ``gathering`` finds evidence, accepted or in review, of open rollouts."""
    items: QuerySet[Prerequisite] = (
        Prerequisite.objects.filter(
            rollout__in=Rollout.objects.open(),
            kind__in=kinds.gathered_by(gathering),
            state__in=[Prerequisite.State.SUBMITTED, Prerequisite.State.ACCEPTED],
        )
        .select_related("rollout__platform")
        .prefetch_related("submissions__probes", "submissions__environment_checks")
    )
    newest = []
    for item in items:
        if (last := item.last) is not None:
            last.prerequisite = item
            newest.append(last)
    return newest


def _is_missed(last) -> bool:
    return last is None or last.at < clock.now() - OVERDUE


def credentials_to_probe(*, untried: bool = False) -> list[int]:
    """The keys of the newest deliveries of credentials, accepted or in review, of open rollouts; only those that were
    never tried, or not for more than a day, if ``untried``. Those that nothing can be said of are left out."""
    triable = [row for row in _newest(kinds.CREDENTIAL_PROBE) if _can_be_tried(row)]
    return [row.pk for row in triable if not untried or _is_missed(row.last_probe)]


def _can_be_tried(submission: Submission) -> bool:
    """What cannot be judged is tried, where its failure is noted and holds up no other."""
    try:
        return bool(probes.of(submission.prerequisite).steps) or probes.equals_other_environment(submission)
    except Exception:
        return True


def environments_to_look_at(*, unseen: bool = False) -> list[int]:
    """The same of delivered environments."""
    return [row.pk for row in _newest(kinds.ENVIRONMENT_CHECK) if not unseen or _is_missed(row.last_check)]


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


def links_to_open() -> list[int]:
    """The keys of the newest deliveries that are a link to a document, of open rollouts."""
    newest = _newest(kinds.DOCUMENT_READING)
    return [row.pk for row in newest if row.link and not row.attached.exists()]
