from collections.abc import Iterator
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.blueprints.catalogues import content
from apps.core import clock, minutes
from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import PartyRole, Stage
from apps.meetings.models import MeetingKind
from apps.meetings.queries import held, planned
from apps.meetings.rooms import Room
from apps.rollouts.models import Rollout
from apps.stages.training import actions, dossier, events, forms, queries, requirements, term
from apps.stages.training.models import Topic


def copy_syllabus(rollout: Rollout) -> None:
    """Copy the topics of the syllabus in force."""
    Topic.objects.bulk_create(
        Topic(rollout=rollout, position=position, title=topic.title, minutes=topic.minutes)
        for position, topic in enumerate(content.training().topics, start=1)
    )


def summary(rollout: Rollout) -> Iterator[Fact]:
    held_minutes = sum(session.minutes or 0 for session in held(rollout, MeetingKind.TRAINING))
    covered_in = [topic.covered_in_id for topic in queries.topics(rollout)]
    topics, covered = len(covered_in), len(covered_in) - covered_in.count(None)
    yield Fact(_("Horas realizadas"), minutes.show(held_minutes))
    yield Fact(_("Tópicos"), f"{covered}/{topics}", "success" if topics and covered == topics else "neutral")
    if sessions := planned(rollout, MeetingKind.TRAINING):
        day = clock.day_of(sessions[0].starts_at)
        yield Fact(_("Próxima sessão"), partial(date_format, day, "SHORT_DATE_FORMAT"), "info")


plugin = Plugin(
    app="training",
    page=Page(
        key="training",
        title=_("Treinamento"),
        icon="graduation-cap",
        url_name="training:room",
        summary=summary,
        stage=Stage.TRAINING,
        position=40,
    ),
    starts=[copy_syllabus],
    events=events,
    requirements=requirements,
    term={"training": term.TRAINING},
    dossier=[dossier.files],
    requirements_follow=["meetings"],
    meetings={
        MeetingKind.TRAINING: Room(
            url=lambda meeting: reverse("training:room", args=[meeting.rollout_id]) + "#sessoes",
            needed=(PartyRole.CLIENT,),
            fields=forms.topics_field,
            recorded=actions.cover_topics,
        )
    },
)
