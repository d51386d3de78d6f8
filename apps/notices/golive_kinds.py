"""What is told of the go-live: the window, with its entry for the calendar, what failed, the dossier."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.core.exports.calendar import Entry
from apps.notices.kinds import tell
from apps.rollouts.audiences import owner_and_manager as settler_and_manager
from apps.rollouts.audiences import page as room
from apps.rollouts.audiences import project_manager, the_four
from apps.rollouts.models import Event
from apps.stages.golive import agenda, queries


def the_four_once_all_go(event: Event) -> Iterable[User]:
    """The four, of the answer after which all had said go; nobody of one that was not the last."""
    window = queries.window_in_force(event.rollout)
    if window is None or window.is_over or not queries.is_go(window):
        return []
    last = event.rollout.events.filter(kind__in=agenda.CHANGES).last()
    return the_four(event) if last == event else []


def who_expects_the_window(event: Event) -> Iterable[User]:
    """The four, while the window of the rollout lies ahead."""
    window = queries.window_in_force(event.rollout)
    return the_four(event) if window and not window.is_over else []


def window_entry(event: Event) -> Entry | None:
    return agenda.entry(event.rollout)


tell(
    "golive.window_proposed",
    to=the_four,
    subject=_("%(code)s: a sua empresa pode entrar em produção em %(start)s?"),
    sentence=_("A Presence propôs entrar em produção de %(start)s até %(end)s. Responda pela sua empresa."),
    place=room("golive:room", "#janela"),
    agenda=window_entry,
)
tell(
    "golive.go",
    to=the_four_once_all_go,
    subject=_("%(code)s: entrada em produção confirmada pelas quatro partes"),
    sentence=_(
        "As quatro partes disseram que podem entrar na janela %(number)s. O compromisso para a agenda vai em anexo."
    ),
    place=room("golive:room", "#janela"),
    agenda=window_entry,
)
tell(
    "rollouts.cancelled",
    to=who_expects_the_window,
    subject=_("%(code)s: projeto cancelado, a entrada em produção não acontece"),
    sentence=_("O projeto foi cancelado e a janela de entrada que estava marcada não vale mais."),
    place=room("golive:room", "#janela"),
    agenda=window_entry,
)
tell(
    "golive.no_go",
    to=settler_and_manager,
    subject=_("%(code)s: uma parte ainda não pode entrar em produção"),
    sentence=_("O que falta: %(reason)s."),
    place=room("golive:room", "#janela"),
    agenda=window_entry,
)
tell(
    "golive.incident",
    to=settler_and_manager,
    subject=_("%(code)s: incidente %(label)s em produção"),
    sentence=_("O incidente %(label)s foi anotado com a sua empresa para resolver."),
    place=room("golive:room", "#incidentes"),
)
tell(
    "golive.incident_resolved",
    to=project_manager,
    subject=_("%(code)s: incidente %(label)s resolvido"),
    sentence=_("%(who)s %(what)s."),
    place=room("golive:room", "#incidentes"),
)
tell(
    "golive.dossier",
    to=the_four,
    subject=_("%(code)s: o dossiê do projeto está pronto"),
    sentence=_("O projeto foi concluído e arquivado. Baixe o dossiê na sala da entrada em produção."),
    place=room("golive:room", "#dossie"),
)
