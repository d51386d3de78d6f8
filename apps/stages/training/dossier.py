"""What the training gives to the dossier: its sessions with their attendance, as they stand in the term; data and a paper."""

from collections.abc import Iterator

from django.template.loader import render_to_string

from apps.core import canonical, clock, papers
from apps.core.papers import pdf
from apps.rollouts.models import Rollout
from apps.stages.training import term


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    sessions = term.TRAINING.of(rollout)
    yield "treinamento/presenca.json", canonical.readable(sessions)
    with papers.on_paper():
        context = {"rollout": rollout, "sessions": sessions, "created": clock.now()}
        yield "treinamento/presenca.pdf", pdf.render(render_to_string("training/attendance_pdf.html", context))
