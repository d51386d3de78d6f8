"""What can happen in the homologation, but for what fails (``nonconformities.events``)."""

from collections.abc import Iterable
from typing import Annotated

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core.events import EventData, Notice
from apps.core.localized import Localized
from apps.core.process import PartyRole
from apps.rollouts import audiences
from apps.rollouts.models import Event
from apps.stages.homologation.models import Outcome


def shown_cases(count: int) -> str:
    """``1 caso``, ``12 casos``."""
    return ngettext("%(count)d caso", "%(count)d casos", count) % {"count": count}


CaseCount = Annotated[int, shown_cases]


def senders_and_project_manager(event: Event) -> Iterable[User]:
    """Everybody of the party whose tool or person sent it, and the project manager."""
    senders = audiences.people_of(event.rollout, event.party) if event.party else []
    return [*senders, *audiences.project_manager(event)]


def reports_url(event: Event) -> str:
    return reverse("homologation:matrix", args=[event.rollout_id]) + "#relatorios"


def client_and_integrator(event: Event) -> Iterable[User]:
    return [
        *audiences.people_of(event.rollout, PartyRole.CLIENT),
        *audiences.people_of(event.rollout, PartyRole.INTEGRATOR),
    ]


def case_url(event: Event) -> str:
    return reverse("homologation:case", args=[event.rollout_id, event.data["case"]])


# --- The script -----------------------------------------------------------------------------------------


class ConditionsChosen(
    EventData,
    kind="homologation.conditions",
    sentence=_("definiu as condições do roteiro"),
    icon="sliders-horizontal",
):
    """``conditions`` are the keys of those that apply."""

    conditions: list[str]


class ConditionSwitchedOn(
    EventData,
    kind="homologation.condition_on",
    sentence=_("ampliou a homologação com %(cases)s (%(condition)s): %(reason)s"),
    icon="list-plus",
    notice=Notice(
        to=client_and_integrator,
        subject=_("%(code)s: a homologação tem mais casos"),
        sentence=_("A Presence incluiu %(cases)s (%(condition)s): %(reason)s."),
        url=audiences.page("homologation:room", "#roteiro"),
    ),
):
    """``cases`` is how many cases the condition adds."""

    condition: Localized
    cases: CaseCount
    reason: str


class ConditionOffProposed(
    EventData,
    kind="homologation.condition_off_proposed",
    sentence=_("propôs tirar da homologação “%(condition)s”: %(reason)s"),
    icon="list-x",
    notice=Notice(
        to=audiences.everybody(PartyRole.CLIENT),
        subject=_("%(code)s: concordar em tirar casos da homologação"),
        sentence=_(
            "A Presence propõe tirar da homologação os casos de “%(condition)s”: %(reason)s. Vale com o seu acordo."
        ),
        url=audiences.page("homologation:room", "#roteiro"),
    ),
):
    condition: Localized
    reason: str


class ConditionSwitchedOff(
    EventData,
    kind="homologation.condition_off",
    sentence=_("concordou em tirar da homologação “%(condition)s”"),
    icon="handshake",
):
    condition: Localized


class ConditionStaysOn(
    EventData,
    kind="homologation.condition_stays",
    sentence=_("manteve na homologação “%(condition)s”"),
    icon="x",
):
    condition: Localized


class Frozen(
    EventData,
    kind="homologation.frozen",
    sentence=_("congelou o roteiro com %(cases)s"),
    icon="snowflake",
):
    """``cases`` is how many apply."""

    cases: CaseCount
    version: int


class VersionTaken(
    EventData,
    kind="homologation.version_taken",
    sentence=_("trouxe a versão %(version)s do roteiro"),
    icon="git-branch",
):
    version: int


class OwnCaseAdded(
    EventData,
    kind="homologation.case_added",
    sentence=_("incluiu o caso próprio %(case)s"),
    icon="list-plus",
):
    case: str


class OwnCaseChanged(
    EventData,
    kind="homologation.case_changed",
    sentence=_("mudou o caso próprio %(case)s"),
    icon="pencil",
):
    case: str


class OwnCaseRemoved(
    EventData,
    kind="homologation.case_removed",
    sentence=_("retirou o caso próprio %(case)s"),
    icon="list-x",
):
    case: str


# --- Rounds and results ---------------------------------------------------------------------------------


class RoundOpened(
    EventData,
    kind="homologation.round_opened",
    sentence=_("abriu a rodada %(number)s"),
    icon="play",
):
    """``cases`` is how many the round executes."""

    number: int
    cases: CaseCount


class RoundClosed(
    EventData,
    kind="homologation.round_closed",
    sentence=_("encerrou a rodada %(number)s"),
    icon="square",
):
    number: int


class CaseAddedToRound(
    EventData,
    kind="homologation.case_in_round",
    sentence=_("incluiu %(case)s na rodada %(number)s"),
    icon="list-plus",
):
    case: str
    number: int


class ResultsKept(
    EventData,
    kind="homologation.results_kept",
    sentence=_("manteve os resultados com a versão %(version)s do conector: %(reason)s"),
    icon="package-check",
):
    version: str
    reason: str


class RoundReportAdded(
    EventData,
    kind="homologation.round_report",
    sentence=_("juntou um relatório à rodada %(number)s: %(title)s"),
    icon="file-plus",
):
    number: int
    title: str


class ResultRecorded(
    EventData,
    kind="homologation.result",
    sentence=_("registrou %(case)s: %(outcome)s"),
    icon="clipboard-check",
):
    """``machine`` is the label of the token that reported it, where one did."""

    case: str
    outcome: Outcome
    machine: str | None = None


class ResultConfirmed(
    EventData,
    kind="homologation.confirmed",
    sentence=_("confirmou que %(case)s passou"),
    icon="user-check",
):
    """``machine`` is the label of the token that reported it, where one did."""

    case: str
    machine: str | None = None


class NotApplicableProposed(
    EventData,
    kind="homologation.not_applicable_proposed",
    sentence=_("propôs que %(case)s não se aplica: %(reason)s"),
    icon="ban",
    notice=Notice(
        to=audiences.everybody(PartyRole.CLIENT),
        subject=_("%(code)s: concordar que %(case)s não se aplica"),
        sentence=_(
            "A Presence propõe que o caso %(case)s não se aplica a este projeto: %(reason)s. Vale com o seu acordo."
        ),
        url=case_url,
    ),
):
    case: str
    reason: str


class NotApplicableAgreed(
    EventData,
    kind="homologation.not_applicable_agreed",
    sentence=_("concordou que %(case)s não se aplica"),
    icon="handshake",
):
    case: str


class EvidenceAttached(
    EventData,
    kind="homologation.evidence",
    sentence=_("juntou evidência ao resultado de %(case)s"),
    icon="paperclip",
):
    case: str


class JunitReceived(
    EventData,
    kind="homologation.junit",
    sentence=_("enviou um relatório JUnit: %(recorded)s com resultado registrado"),
    icon="file-check",
):
    """``recorded`` is how many cases got a result, of ``tests`` tests in the report."""

    recorded: CaseCount
    tests: int
    machine: str


class JunitWaits(
    EventData,
    kind="homologation.junit_waits",
    sentence=_("enviou um relatório JUnit que espera decisão: %(cases)s sem resposta por uma mesma causa"),
    icon="file-search",
    notice=Notice(
        to=senders_and_project_manager,
        subject=_("%(code)s: um relatório de testes espera decisão"),
        sentence=_(
            "O relatório deixa %(cases)s sem resposta por uma mesma causa. Nada foi registrado: decida se vale."
        ),
        url=reports_url,
    ),
):
    """Nothing of it was recorded. ``cases`` is how many cases it leaves without an answer."""

    cases: CaseCount
    machine: str | None = None


class JunitDiscarded(
    EventData,
    kind="homologation.junit_discarded",
    sentence=_("deixou sem resultados o relatório JUnit com %(cases)s sem resposta"),
    icon="file-x",
):
    cases: CaseCount


# --- Reservations ---------------------------------------------------------------------------------------


class ReservationProposed(
    EventData,
    kind="homologation.reservation_proposed",
    sentence=_("propôs ressalva para %(case)s"),
    icon="message-square",
):
    case: str
    text: str


class ReservationAgreed(
    EventData,
    kind="homologation.reservation_agreed",
    sentence=_("concordou com a ressalva de %(case)s"),
    icon="handshake",
):
    case: str


class ReservationWithdrawn(
    EventData,
    kind="homologation.reservation_withdrawn",
    sentence=_("retirou a ressalva de %(case)s"),
    icon="x",
):
    case: str
