"""What going back to the kickoff means for what was agreed there."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries


def consequences(rollout: Rollout) -> Iterator[str]:
    """What going back from development means for the minutes, in the reader's language."""
    if rollout.stage == Stage.DEVELOPMENT and queries.minutes_in_force(rollout):
        yield _(
            "A ata publicada vale até que mude o modelo, um método, a pauta ou quem participou; então outra é publicada e "
            "confirmada. A ficha de integração continua mudando por aditivo."
        )
