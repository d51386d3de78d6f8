from collections.abc import Iterator
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import PartyRole, Stage
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.rooms import Room
from apps.rollouts.copies import Part
from apps.rollouts.models import Rollout
from apps.stages.kickoff import (
    actions,
    corrections,
    dossier,
    events,
    personal_data,
    queries,
    requirements,
    returning,
    tasks,
    term,
)
from apps.stages.kickoff.api import router


def summary(rollout: Rollout) -> Iterator[Fact]:
    kickoff = requirements.kickoff_of(rollout)
    if kickoff is None:
        return
    meeting = queries.meeting_of(rollout)
    if meeting is None:
        yield Fact(_("Reunião"), _("a marcar"), "warning")
    else:
        day = partial(date_format, clock.day_of(meeting.starts_at), "SHORT_DATE_FORMAT")
        yield Fact(_("Marcada"), day, "info") if meeting.is_planned else Fact(_("Realizada"), day, "success")
    if kickoff.model:
        yield Fact(_("Modelo"), queries.model_title(kickoff))
    published = bool(kickoff.minutes_published_at)
    yield Fact(_("Ata"), _("publicada") if published else _("a publicar"), "success" if published else "neutral")


def reopen_minutes(meeting: Meeting) -> None:
    """Who was there is part of the minutes."""
    if kickoff := queries.kickoff_of(meeting.rollout):
        actions.reopen_minutes(kickoff)


MEETING = Room(
    url=lambda meeting: reverse("kickoff:room", args=[meeting.rollout_id]) + "#reuniao",
    only_one=True,
    may_be_corrected=True,
    needed=(PartyRole.CLIENT, PartyRole.PRESENCE),
    refuse=actions.refuse_after_the_kickoff,
    attendance_changed=reopen_minutes,
)

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
    going_back=[returning.consequences],
    continued=[corrections.copy_worksheet],
    copied={Part.WORKSHEET: corrections.copy_worksheet_of_another},
    events=events,
    requirements=requirements,
    routers={"/rollouts": router},
    term={"people": term.PEOPLE, "kickoff": term.KICKOFF},
    dossier=[dossier.files],
    dossier_is_ready=dossier.is_ready,
    requirements_follow=[
        "meetings",
        "acceptance",
    ],  # Once the term is signed nobody is asked about the worksheet any more.
    meetings={MeetingKind.KICKOFF: MEETING},
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.MINUTES],
)
