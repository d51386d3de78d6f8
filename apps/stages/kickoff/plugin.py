from collections.abc import Iterator
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions, corrections, dossier, events, personal_data, queries, requirements, tasks, term


def summary(rollout: Rollout) -> Iterator[Fact]:
    kickoff = queries.kickoff_of(rollout)
    if kickoff is None:
        return
    if kickoff.held_at:
        yield Fact(_("Realizada"), partial(date_format, clock.day_of(kickoff.held_at), "SHORT_DATE_FORMAT"), "success")
    elif kickoff.scheduled_at:
        yield Fact(_("Marcada"), partial(date_format, clock.day_of(kickoff.scheduled_at), "SHORT_DATE_FORMAT"), "info")
    else:
        yield Fact(_("Reunião"), _("a marcar"), "warning")
    if kickoff.model:
        yield Fact(_("Modelo"), queries.model_title(kickoff))
    published = bool(kickoff.minutes_published_at)
    yield Fact(_("Ata"), _("publicada") if published else _("a publicar"), "success" if published else "neutral")


plugin = Plugin(
    app="kickoff",
    page=Page(
        key="kickoff",
        title=_("Reunião inaugural"),
        icon="users",
        url_name="kickoff:room",
        summary=summary,
        stage=Stage.KICKOFF,
        position=20,
    ),
    starts=[actions.copy_agenda_and_methods],
    continued=[corrections.copy_worksheet],
    events=events,
    requirements=requirements,
    term={"people": term.people, "kickoff": term.summary},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.MINUTES],
)
