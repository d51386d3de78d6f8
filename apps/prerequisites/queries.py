from apps.prerequisites import probes
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts.models import Rollout


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
