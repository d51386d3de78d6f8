"""What the timelines say of reminders that somebody asked for; those of each day are nobody's act."""

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData
from apps.core.process import PartyRole


class Reminded(
    EventData,
    kind="notices.reminded",
    sentence=_("lembrou %(parties)s do que falta (pendências: %(count)s)"),
    icon="bell",
    settles_nothing=True,
):
    """People of Presence asked that those be reminded who owe something; ``count`` is of how many matters."""

    parties: list[PartyRole]
    count: int
