"""Which events are told to whom, and in which words: one table. docs/notices.md says how to add a line.

The kinds stand here by name, so that nothing below needs to know of notices and a kind that nobody records is simply never
told of.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core import plugins
from apps.core.events import Notice
from apps.core.exports.calendar import Entry
from apps.core.process import PartyRole
from apps.prerequisites.models import Prerequisite
from apps.rollouts.audiences import everybody, leads, other_side, people_of, project_manager
from apps.rollouts.audiences import page as room
from apps.rollouts.models import Event

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Audience = Callable[[Event], Iterable[User]]
Place = Callable[[Event], str]
Agenda = Callable[[Event], Entry | None]


@dataclass(frozen=True)
class Told:
    """A kind of event that is told. ``subject`` and ``sentence`` may name keys of the event's data as ``%(key)s``, besides
    ``code`` (the project's), ``item`` in the reader's language, ``who`` acted and ``what`` they did, as the timeline says it.

    ``says_who``: the message names who acted and their role. ``obligatory``: nobody can switch it off. ``agenda``: the entry
    that the message brings for the reader's calendar, as it stands when it is sent.
    """

    to: Audience
    subject: "StrOrPromise"
    sentence: "StrOrPromise"
    place: Place
    says_who: bool = False
    obligatory: bool = False
    agenda: Agenda | None = None

    @property
    def url(self) -> Place:
        return self.place

    @property
    def calendar_entry(self) -> Agenda | None:
        return self.agenda


_told: dict[str, Told] = {}


def tell(
    kind: str,
    *,
    to: Audience,
    subject: "StrOrPromise",
    sentence: "StrOrPromise",
    place: Place,
    agenda: Agenda | None = None,
    **more: bool,
) -> None:
    _told[kind] = Told(to, subject, sentence, place, agenda=agenda, **more)


def names() -> list[str]:
    """The kinds of events that give a notice."""
    return [*plugins.notices(), *_told]


def of(event: Event) -> "Told | Notice":
    return plugins.notices().get(event.kind) or _told[event.kind]


# --- To whom ------------------------------------------------------------------------------------------


def owner(event: Event) -> Iterable[User]:
    """The company that owes the prerequisite of the event."""
    item = item_of(event)
    return people_of(event.rollout, item.owner) if item else []


# --- Where ----------------------------------------------------------------------------------------------


def item_of(event: Event) -> Prerequisite | None:
    """The prerequisite that the event is about, by its key."""
    return Prerequisite.objects.filter(rollout=event.rollout_id, key=event.data.get("key", "")).first()


def item_place(event: Event) -> str:
    item = item_of(event)
    return room("prerequisites:room", f"#item-{item.pk}" if item else "")(event)


# --- The table -------------------------------------------------------------------------------------------

tell(
    "prerequisites.revealed",
    to=everybody(PartyRole.CLIENT),
    subject=_("%(code)s: uma credencial foi lida"),
    sentence=_("Uma pessoa da Presence leu a credencial “%(item)s”, guardada no cofre do projeto."),
    place=item_place,
    says_who=True,
    obligatory=True,
)
tell(
    "prerequisites.purged",
    to=everybody(PartyRole.CLIENT),
    subject=_("%(code)s: as credenciais foram destruídas"),
    sentence=_(
        "As credenciais guardadas no cofre do projeto foram destruídas (segredos: %(secrets)s) e não podem mais ser lidas."
    ),
    place=room("prerequisites:room"),
    says_who=True,
    obligatory=True,
)
tell(
    "prerequisites.stopped",
    to=owner,
    subject=_("%(code)s: uma credencial deixou de funcionar"),
    sentence=_("A plataforma deixou de aceitar a credencial “%(item)s”. Envie uma nova para o projeto continuar."),
    place=item_place,
)
tell(
    "prerequisites.rejected",
    to=owner,
    subject=_("%(code)s: “%(item)s” voltou para correção"),
    sentence=_("A Presence devolveu “%(item)s”. Veja o motivo, corrija e envie de novo."),
    place=item_place,
)
tell(
    "prerequisites.reopened",
    to=owner,
    subject=_("%(code)s: “%(item)s” foi reaberto"),
    sentence=_("A Presence reabriu “%(item)s”, que já tinha sido aceito. Veja o motivo e envie de novo."),
    place=item_place,
)
tell(
    "hours.extra_requested",
    to=leads(PartyRole.CLIENT),
    subject=_("%(code)s: a Presence pede aprovação de horas extras"),
    sentence=_("A Presence %(what)s. Nada é cobrado sem a sua resposta."),
    place=room("hours:room"),
)
tell(
    "hours.extra_approved",
    to=project_manager,
    subject=_("%(code)s: horas extras aprovadas"),
    sentence=_("%(who)s %(what)s."),
    place=room("hours:room"),
)
tell(
    "hours.extra_declined",
    to=project_manager,
    subject=_("%(code)s: horas extras recusadas"),
    sentence=_("%(who)s %(what)s."),
    place=room("hours:room"),
)
tell(
    "hours.contested",
    to=project_manager,
    subject=_("%(code)s: um apontamento foi contestado"),
    sentence=_("%(who)s %(what)s."),
    place=room("hours:room"),
)
tell(
    "hours.extra_withdrawn",
    to=leads(PartyRole.CLIENT),
    subject=_("%(code)s: pedido de horas extras retirado"),
    sentence=_("A Presence %(what)s. Não é preciso responder."),
    place=room("hours:room"),
)
tell(
    "hours.contest_answered",
    to=other_side,
    subject=_("%(code)s: resposta em uma contestação de horas"),
    sentence=_("%(who)s %(what)s."),
    place=room("hours:room"),
)
for _kind in ("hours.contest_kept", "hours.contest_corrected"):
    tell(
        _kind,
        to=everybody(PartyRole.CLIENT),
        subject=_("%(code)s: uma contestação de horas foi resolvida"),
        sentence=_("A Presence %(what)s."),
        place=room("hours:room"),
    )
