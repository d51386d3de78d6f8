"""What the training gives to the dossier: its sessions with their attendance, as they stand in the term."""

from collections.abc import Iterator

from apps.core import canonical
from apps.rollouts.models import Rollout
from apps.stages.training import term


def files(rollout: Rollout) -> Iterator[tuple[str, bytes]]:
    yield "treinamento/presenca.json", canonical.readable(term.TRAINING.of(rollout))
