"""How people come into a rollout. The timeline is never rewritten, so it names the company and not the person's address.

``invitation`` is the key of the invitation.
"""

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData


class Invited(EventData, kind="invitations.invited", sentence=_("convidou uma pessoa de %(company)s"), icon="mail"):
    company: str
    invitation: int


class LeadInvited(
    EventData,
    kind="invitations.lead_invited",
    sentence=_("convidou uma pessoa para ser responsável por %(company)s"),
    icon="shield-plus",
):
    company: str
    invitation: int


class LeadJoined(
    EventData,
    kind="invitations.lead_joined",
    sentence=_("aceitou o convite e é responsável por %(company)s"),
    icon="shield-check",
):
    company: str
    invitation: int


class Joined(
    EventData,
    kind="invitations.joined",
    sentence=_("aceitou o convite e entrou por %(company)s"),
    icon="user-plus",
):
    company: str
    invitation: int
