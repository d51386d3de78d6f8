"""What the kickoff gives to the dossier: each published version of its minutes."""

from collections.abc import Iterator

from django.db.models import QuerySet

from apps.rollouts.models import Rollout
from apps.stages.kickoff.models import Minutes


def is_ready(rollout: Rollout) -> bool:
    """Every version of the minutes has its PDF."""
    return not _minutes(rollout).filter(pdf=None).exists()


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    for minutes in _minutes(rollout).select_related("pdf"):
        yield f"ata/{minutes}.pdf", minutes.pdf.read() if minutes.pdf else b""


def _minutes(rollout: Rollout) -> QuerySet[Minutes]:
    return Minutes.objects.filter(kickoff__rollout=rollout).order_by("number")
