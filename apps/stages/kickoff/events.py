"""What can happen around the kickoff: the meeting, what it agreed, the minutes and the integration worksheet."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.events import EventData, Notice
from apps.core.localized import Localized
from apps.core.process import PartyRole
from apps.rollouts import audiences
from apps.rollouts.models import Event


def proposers(event: Event) -> list[User]:
    """The people of the parties that proposed what the event answers, and the project manager."""
    people = [user for role in event.data["parties"] for user in audiences.people_of(event.rollout, role)]
    return list(dict.fromkeys([*people, *audiences.project_manager(event)]))


class AgendaNoted(EventData, kind="kickoff.noted", sentence=_("anotou a pauta: %(item)s"), icon="pencil"):
    item: Localized


class ModelChosen(
    EventData, kind="kickoff.model_chosen", sentence=_("definiu o modelo de integração: %(model)s"), icon="route"
):
    model: Localized


class ModelCorrected(
    EventData,
    kind="kickoff.model_corrected",
    sentence=_("corrigiu o modelo de integração para %(model)s: %(reason)s"),
    icon="route",
    notice=Notice(
        to=audiences.the_four,
        subject=_("%(code)s: o modelo de integração foi corrigido"),
        sentence=_("O modelo de integração passa a ser %(model)s. Motivo: %(reason)s."),
        url=audiences.page("kickoff:room", "#modelo"),
    ),
):
    """After the kickoff; the minutes stay as they were published."""

    model: Localized
    reason: str


class MethodsAgreed(
    EventData, kind="kickoff.methods_agreed", sentence=_("definiu os métodos adotados: %(methods)s"), icon="plug"
):
    """``methods`` are their codes in the Presence API."""

    methods: list[str]


class MinutesPublished(
    EventData,
    kind="kickoff.minutes_published",
    sentence=_("publicou a ata da reunião inaugural, versão %(number)s"),
    icon="file-text",
):
    """``sha256`` is of the text and the worksheet of that version."""

    number: int
    sha256: str


class MinutesConfirmed(
    EventData, kind="kickoff.minutes_confirmed", sentence=_("confirmou a ata, versão %(number)s"), icon="check-check"
):
    number: int
    sha256: str


class MinutesObjected(
    EventData,
    kind="kickoff.minutes_objected",
    sentence=_("contestou a ata, versão %(number)s: %(reason)s"),
    icon="message-square-warning",
):
    number: int
    sha256: str
    reason: str


class WorksheetFilled(
    EventData, kind="kickoff.worksheet_filled", sentence=_("preencheu a ficha de integração"), icon="table"
):
    """One for a person's sitting. ``open_requirements`` is how many requirements the gate to development had after it."""

    open_requirements: int


class ActionDone(EventData, kind="kickoff.action_done", sentence=_("concluiu a ação “%(action)s”"), icon="check"):
    """``action`` is its text, as somebody wrote it into the worksheet."""

    action: str


class AmendmentsProposed(
    EventData,
    kind="kickoff.amendments_proposed",
    sentence=_("propôs mudar a ficha de integração (aditivo %(numbers)s); responde: %(owner)s"),
    icon="file-plus",
    notice=Notice(
        to=audiences.owner_and_manager,
        subject=_("%(code)s: aditivo da ficha espera a sua resposta"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.page("kickoff:worksheet", "#aditivos"),
    ),
):
    """One for a person's sitting, to each party that is asked. ``owner`` is that party; ``numbers`` are the amendments that
    asked it first, more may have followed."""

    numbers: list[int]
    owner: PartyRole


class AmendmentsAccepted(
    EventData,
    kind="kickoff.amendments_accepted",
    sentence=_("aceitou mudar a ficha de integração (aditivo %(numbers)s)"),
    icon="check-check",
    notice=Notice(
        to=proposers,
        subject=_("%(code)s: aditivo da ficha aceito"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.page("kickoff:worksheet"),
    ),
):
    """``sha256`` is of the map as it stands from then on; ``parties`` proposed what is accepted."""

    numbers: list[int]
    parties: list[PartyRole]
    sha256: str


class AmendmentsDeclined(
    EventData,
    kind="kickoff.amendments_declined",
    sentence=_("não aceitou mudar a ficha de integração (aditivo %(numbers)s): %(reason)s"),
    icon="message-square-warning",
    notice=Notice(
        to=proposers,
        subject=_("%(code)s: aditivo da ficha não aceito"),
        sentence=_("%(who)s %(what)s."),
        url=audiences.page("kickoff:worksheet", "#aditivos"),
    ),
):
    numbers: list[int]
    parties: list[PartyRole]
    reason: str


class AmendmentWithdrawn(
    EventData,
    kind="kickoff.amendment_withdrawn",
    sentence=_("retirou o aditivo %(number)s da ficha de integração"),
    icon="undo-2",
):
    number: int


# --- Kept by timelines from before meetings had an app of their own ------------------------------------


class Scheduled(
    EventData, kind="kickoff.scheduled", sentence=_("marcou a reunião inaugural para %(when)s"), icon="calendar"
):
    when: datetime


class ParticipantAdded(
    EventData,
    kind="kickoff.participant_added",
    sentence=_("incluiu uma pessoa na reunião inaugural"),
    icon="user-plus",
):
    """``side`` is the party that the person belongs to."""

    side: PartyRole


class ParticipantRemoved(
    EventData,
    kind="kickoff.participant_removed",
    sentence=_("retirou uma pessoa da reunião inaugural"),
    icon="user-minus",
):
    side: PartyRole


class MeetingHeld(
    EventData,
    kind="kickoff.held",
    sentence=_("registrou a reunião inaugural com %(people)s participantes"),
    icon="users",
):
    people: int
