"""What the kickoff gives to the dossier: each published version of its minutes, and the worksheet as it came to stand."""

from collections.abc import Iterator

from django.db.models import QuerySet

from apps.core import canonical, clock
from apps.core.papers import pdf
from apps.rollouts.models import Rollout
from apps.stages.kickoff import documents, queries
from apps.stages.kickoff.models import Kickoff, Minutes


def is_ready(rollout: Rollout) -> bool:
    """Every version of the minutes has its PDF."""
    return not _minutes(rollout).filter(pdf=None).exists()


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    for minutes in _minutes(rollout).select_related("pdf"):
        yield f"ata/{minutes}.pdf", minutes.pdf.read() if minutes.pdf else b""
    if Kickoff.objects.filter(rollout=rollout).exists():
        worksheet = queries.worksheet(rollout)
        yield f"ficha/{rollout.code}-ficha.json", canonical.readable(worksheet)
        yield f"ficha/{rollout.code}-ficha.pdf", pdf.render(documents.worksheet_html(worksheet, clock.now()))


def _minutes(rollout: Rollout) -> QuerySet[Minutes]:
    return Minutes.objects.filter(kickoff__rollout=rollout).order_by("number")
