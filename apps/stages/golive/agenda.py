"""The window as an entry in people's calendars: the newest one of a rollout, which moves when another is proposed."""

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.exports.calendar import Entry, Status
from apps.core.process import PartyRole, Stage
from apps.rollouts import agenda
from apps.rollouts.models import Rollout
from apps.stages.golive import queries
from apps.stages.golive.models import Window, WindowAnswer

CHANGES = {"golive.window_proposed", "golive.go", "golive.no_go"}
"""The kinds of events that move the window or its answers (``events``, which leads here for its notices)."""


def entry(rollout: Rollout) -> Entry | None:
    """The window in force in the reader's language, tentative until all four said go; None where none was proposed."""
    window = queries.window_in_force(rollout)
    if window is None:
        return None
    sequence, changed_at = agenda.changes(rollout, CHANGES)
    return agenda.entry(
        rollout,
        f"{rollout.code}-producao",
        sequence=sequence,
        changed_at=changed_at,
        status=Status.CONFIRMED if queries.is_go(window) else Status.TENTATIVE,
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        title=Stage.GO_LIVE.label,
        facts=[(_("Situação"), _standing(rollout, window)), (_("Por que nesta data"), window.reason)],
        url=reverse("golive:room", args=[rollout.pk]) + "#janela",
    )


def _standing(rollout: Rollout, window: Window) -> str:
    if rollout.stage == Stage.CANCELLED:
        return _("o projeto foi cancelado")
    answers = {seat.role: seat.answer for seat in queries.seats(window)}
    against = [PartyRole(role).label for role, answer in answers.items() if answer == WindowAnswer.Answer.NO_GO]
    silent = [PartyRole(role).label for role, answer in answers.items() if not answer]
    sentences = [
        _("ainda não pode entrar: %(parties)s") % {"parties": ", ".join(map(str, against))} if against else "",
        _("falta responder: %(parties)s") % {"parties": ", ".join(map(str, silent))} if silent else "",
    ]
    return "; ".join(filter(None, sentences)) or _("as quatro partes disseram que pode entrar")
