"""What the timelines say of reminders that somebody asked for; those of each day are nobody's act."""

from typing import Annotated

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.core.events import EventData
from apps.core.process import PartyRole


def shown_count(count: int) -> str:
    """So many open matters, in words."""
    return ngettext("%(n)d pendência", "%(n)d pendências", count) % {"n": count}


class Reminded(
    EventData,
    kind="notices.reminded",
    sentence=_("lembrou as empresas do que falta: %(parties)s (%(count)s)"),
    icon="bell",
    settles_nothing=True,
):
    """People of Presence asked that those be reminded who owe something; ``count`` is of how many matters."""

    parties: list[PartyRole]
    count: Annotated[int, shown_count]
