"""What can happen to a nonconformity, and the notices of what waits for a correction."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.events import EventData, Notice
from apps.core.numbers import whole_number
from apps.core.process import PartyRole
from apps.rollouts import audiences
from apps.rollouts.models import Event
from apps.stages.homologation.models import Nonconformity


def nonconformity_of(event: Event) -> Nonconformity | None:
    """The nonconformity that the event is about, by its label."""
    number = str(event.data.get("label", "")).removeprefix("NC-")
    return Nonconformity.objects.filter(rollout=event.rollout_id, number=whole_number(number)).first()


def owner_of_the_correction(event: Event) -> list[User]:
    """Everybody of the company that owes the correction."""
    nonconformity = nonconformity_of(event)
    return audiences.people_of(event.rollout, nonconformity.owner) if nonconformity else []


def owner_and_project_manager(event: Event) -> Iterable[User]:
    return [*owner_of_the_correction(event), *audiences.project_manager(event)]


def owner_and_client(event: Event) -> Iterable[User]:
    """Who may contest what Presence found: who owes the correction, and the client."""
    return [*owner_of_the_correction(event), *audiences.people_of(event.rollout, PartyRole.CLIENT)]


def nonconformity_url(event: Event) -> str:
    nonconformity = nonconformity_of(event)
    if nonconformity is None:
        return reverse("homologation:room", args=[event.rollout_id])
    return reverse("homologation:nonconformity", args=[event.rollout_id, nonconformity.number])


class CaseFailed(
    EventData,
    kind="homologation.failure",
    sentence=_("registrou que %(case)s falhou e abriu a %(label)s: %(title)s"),
    icon="bug",
    notice=Notice(
        to=owner_of_the_correction,
        subject=_("%(code)s: %(label)s aberta para a sua empresa corrigir"),
        sentence=_("O caso %(case)s da homologação falhou: %(title)s."),
        url=nonconformity_url,
    ),
):
    """``label`` and ``title`` are those of the nonconformity that it opened or reopened."""

    case: str
    label: str
    title: str
    severity: Nonconformity.Severity
    machine: str | None = None


class NonconformityFixed(
    EventData,
    kind="homologation.fixed",
    sentence=_("corrigiu a %(label)s na versão %(version)s"),
    icon="wrench",
    notice=Notice(
        to=owner_and_project_manager,
        subject=_("%(code)s: %(label)s corrigida, falta verificar"),
        sentence=_("A %(label)s foi corrigida na versão %(version)s. Falta verificar."),
        url=nonconformity_url,
    ),
):
    label: str
    version: str


class FixVerified(
    EventData,
    kind="homologation.verified",
    sentence=_("verificou a correção da %(label)s"),
    icon="check-check",
):
    label: str


class NonconformityReopened(
    EventData,
    kind="homologation.reopened",
    sentence=_("reabriu a %(label)s: %(reason)s"),
    icon="rotate-ccw",
    notice=Notice(
        to=owner_of_the_correction,
        subject=_("%(code)s: %(label)s reaberta"),
        sentence=_("A correção da %(label)s não resolveu: %(reason)s."),
        url=nonconformity_url,
    ),
):
    label: str
    reason: str


class NonconformityCommented(
    EventData,
    kind="homologation.nonconformity_comment",
    sentence=_("escreveu sobre a %(label)s"),
    icon="message-circle",
    notice=Notice(
        to=owner_and_project_manager,
        subject=_("%(code)s: nova mensagem sobre a %(label)s"),
        sentence=_("Há uma nova mensagem na discussão da %(label)s."),
        url=nonconformity_url,
    ),
):
    label: str


class NonconformityChanged(
    EventData,
    kind="homologation.nonconformity_changed",
    sentence=_("definiu a %(label)s: %(severity)s, corrige %(owner)s"),
    icon="pencil",
):
    label: str
    severity: Nonconformity.Severity
    owner: PartyRole
    due: date | None = None


class NonconformityDeclined(
    EventData,
    kind="homologation.nonconformity_declined",
    sentence=_("declarou improcedente a %(label)s: %(reason)s"),
    icon="ban",
    notice=Notice(
        to=owner_and_client,
        subject=_("%(code)s: %(label)s declarada improcedente"),
        sentence=_("A Presence declarou improcedente a %(label)s: %(reason)s. Quem discorda contesta na página dela."),
        url=nonconformity_url,
    ),
):
    label: str
    reason: str


class NonconformityMerged(
    EventData,
    kind="homologation.nonconformity_merged",
    sentence=_("juntou a %(label)s à %(into)s: é a mesma"),
    icon="git-compare",
    notice=Notice(
        to=owner_and_client,
        subject=_("%(code)s: %(label)s é a mesma que a %(into)s"),
        sentence=_("A Presence juntou a %(label)s à %(into)s, que se corrige pelas duas."),
        url=nonconformity_url,
    ),
):
    label: str
    into: str


class NonconformityContested(
    EventData,
    kind="homologation.nonconformity_contested",
    sentence=_("contestou o encerramento da %(label)s: %(reason)s"),
    icon="message-circle-warning",
    notice=Notice(
        to=owner_and_project_manager,
        subject=_("%(code)s: %(label)s aberta de novo"),
        sentence=_("O encerramento da %(label)s foi contestado: %(reason)s."),
        url=nonconformity_url,
    ),
):
    label: str
    reason: str
