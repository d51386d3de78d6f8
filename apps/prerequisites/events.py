"""What can happen to a prerequisite, and to the secrets of a rollout."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.events import EventData, Notice
from apps.core.localized import Localized
from apps.core.process import PartyRole
from apps.prerequisites.models import Prerequisite
from apps.rollouts import audiences
from apps.rollouts.models import Event


def item_of(event: Event) -> Prerequisite | None:
    """The prerequisite that the event is about, by its key."""
    return Prerequisite.objects.filter(rollout=event.rollout_id, key=event.data.get("key", "")).first()


def owner(event: Event) -> Iterable[User]:
    """The company that owes the event's prerequisite; of Presence its project manager."""
    item = item_of(event)
    return audiences.people_of(event.rollout, item.owner) if item else []


def item_url(event: Event) -> str:
    """Where the event's prerequisite stands on the page of prerequisites."""
    item = item_of(event)
    return audiences.page("prerequisites:room", f"#item-{item.pk}" if item else "")(event)


class Submitted(EventData, kind="prerequisites.submitted", sentence=_("entregou “%(item)s”"), icon="upload"):
    """``number`` is the delivery's, from 1 on."""

    item: Localized
    number: int


class Accepted(EventData, kind="prerequisites.accepted", sentence=_("aceitou “%(item)s”"), icon="check"):
    item: Localized


class Rejected(
    EventData,
    kind="prerequisites.rejected",
    sentence=_("devolveu “%(item)s”: %(reason)s"),
    icon="undo-2",
    notice=Notice(
        to=owner,
        subject=_("%(code)s: “%(item)s” voltou para correção"),
        sentence=_("A Presence devolveu “%(item)s”. Veja o motivo, corrija e envie de novo."),
        url=item_url,
    ),
):
    item: Localized
    key: str
    reason: str


class Reopened(
    EventData,
    kind="prerequisites.reopened",
    sentence=_("reabriu “%(item)s”: %(reason)s"),
    icon="rotate-ccw",
    notice=Notice(
        to=owner,
        subject=_("%(code)s: “%(item)s” foi reaberto"),
        sentence=_("A Presence reabriu “%(item)s”, que já tinha sido aceito. Veja o motivo e envie de novo."),
        url=item_url,
    ),
):
    item: Localized
    key: str
    reason: str


class Stopped(
    EventData,
    kind="prerequisites.stopped",
    sentence=_("notou que a credencial “%(item)s” deixou de funcionar"),
    icon="plug-zap",
    notice=Notice(
        to=owner,
        subject=_("%(code)s: uma credencial deixou de funcionar"),
        sentence=_("A plataforma deixou de aceitar a credencial “%(item)s”. Envie uma nova para o projeto continuar."),
        url=item_url,
    ),
):
    """The platform no longer takes an accepted credential; nobody's act but the application's."""

    item: Localized
    key: str


class Revealed(
    EventData,
    kind="prerequisites.revealed",
    sentence=_("revelou a credencial “%(item)s”: %(reason)s"),
    icon="eye",
    notice=Notice(
        to=audiences.everybody(PartyRole.CLIENT),
        subject=_("%(code)s: uma credencial foi lida"),
        sentence=_("Uma pessoa da Presence leu a credencial “%(item)s”, guardada no cofre do projeto."),
        url=item_url,
        says_who=True,
        obligatory=True,
    ),
):
    item: Localized
    key: str
    reason: str


class HostGiven(
    EventData,
    kind="prerequisites.host_given",
    sentence=_("informou um endereço novo para as credenciais: %(host)s"),
    icon="globe",
):
    """A shop of its own is at ``host`` (``host`` or ``host:port``); ``key`` is the credential's."""

    key: str
    host: str


class Purged(
    EventData,
    kind="prerequisites.purged",
    sentence=_("expurgou as credenciais do projeto (segredos destruídos: %(secrets)s)"),
    icon="shredder",
    notice=Notice(
        to=audiences.everybody(PartyRole.CLIENT),
        subject=_("%(code)s: as credenciais foram destruídas"),
        sentence=_(
            "As credenciais guardadas no cofre do projeto foram destruídas (segredos: %(secrets)s) e não podem mais ser "
            "lidas."
        ),
        url=audiences.page("prerequisites:room"),
        says_who=True,
        obligatory=True,
    ),
):
    """The secrets of a closed rollout are destroyed: this event certifies it.

    ``items`` gives of each credential its ``title`` in both languages and how many ``secrets`` it held. ``sha256`` is of
    what was destroyed (id, field and ciphertext of each secret). ``days`` is how long a closed rollout keeps its secrets.
    """

    items: list[dict[str, Any]]
    secrets: int
    sha256: str
    days: int
    closed_at: datetime | None


class Added(EventData, kind="prerequisites.added", sentence=_("pediu um item próprio: “%(item)s”"), icon="list-plus"):
    item: Localized


class Edited(EventData, kind="prerequisites.edited", sentence=_("mudou o pedido de “%(item)s”"), icon="pencil"):
    item: Localized


class Withdrawn(EventData, kind="prerequisites.withdrawn", sentence=_("retirou “%(item)s”: %(reason)s"), icon="list-x"):
    item: Localized
    reason: str


class DueChanged(
    EventData,
    kind="prerequisites.due_changed",
    sentence=_("mudou o prazo de “%(item)s” para %(date)s: %(reason)s"),
    icon="calendar-clock",
):
    item: Localized
    date: date
    reason: str


class DueByPlan(
    EventData,
    kind="prerequisites.due_by_plan",
    sentence=_("voltou o prazo de “%(item)s” ao do plano: %(reason)s"),
    icon="calendar-range",
):
    item: Localized
    reason: str
