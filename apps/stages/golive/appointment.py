"""The window as an entry in people's calendars: the newest one of a rollout, which moves when another is proposed."""

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.calendar import Entry, Status
from apps.rollouts.actions import CANCELLED
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole, Stage
from apps.stages.golive import queries, windows
from apps.stages.golive.models import Window, WindowAnswer

CHANGES = (windows.PROPOSED.name, windows.GO.name, windows.NO_GO.name, CANCELLED.name)
"""What changes the entry, and counts in its sequence."""


def entry(rollout: Rollout) -> Entry | None:
    """The window in force in the reader's language; None where none was proposed.

    It is tentative until all four said go, and cancelled with its rollout.
    """
    window = queries.window_in_force(rollout)
    if window is None:
        return None
    changes = list(rollout.events.filter(kind__in=CHANGES).values_list("at", flat=True))
    return Entry(
        key=f"{rollout.code}-producao",
        sequence=max(len(changes) - 1, 0),
        status=_status(rollout, window),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        summary=_("Entrada em produção: %(title)s") % {"title": rollout.title},
        description="\n".join(_lines(rollout, window)),
        url=reverse("golive:room", args=[rollout.pk]) + "#janela",
        changed_at=max([window.proposed_at, *changes]),
    )


def _status(rollout: Rollout, window: Window) -> Status:
    if rollout.stage == Stage.CANCELLED:
        return Status.CANCELLED
    return Status.CONFIRMED if queries.is_go(window) else Status.TENTATIVE


def _lines(rollout: Rollout, window: Window) -> list[str]:
    facts = [
        (_("Projeto"), rollout.code),
        *((PartyRole(role).label, rollout.company(role)) for role in PartyRole.values),
        (_("Gerente de projeto"), rollout.project_manager),
        (_("Situação"), _standing(rollout, window)),
        (_("Por que nesta data"), window.reason),
    ]
    return [f"{label}: {value}" for label, value in facts if value]


def _standing(rollout: Rollout, window: Window) -> str:
    if rollout.stage == Stage.CANCELLED:
        return _("o projeto foi cancelado")
    answers = {seat.role: seat.answer for seat in queries.seats(window)}
    against = [PartyRole(role).label for role, said in answers.items() if said == WindowAnswer.Answer.NO_GO]
    silent = [PartyRole(role).label for role, said in answers.items() if not said]
    told = [
        _("ainda não pode entrar: %(parties)s") % {"parties": ", ".join(map(str, against))} if against else "",
        _("falta responder: %(parties)s") % {"parties": ", ".join(map(str, silent))} if silent else "",
    ]
    return "; ".join(filter(None, told)) or _("as quatro partes disseram que pode entrar")
