from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData
from apps.core.process import PartyRole


class ViewedAs(EventData, kind="portal.viewed_as", sentence=_("viu o projeto como %(role)s"), icon="eye"):
    """A person of Presence looked at the rollout's pages as a party sees them."""

    role: PartyRole
