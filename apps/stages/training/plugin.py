from collections.abc import Iterator
from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from apps.blueprints.catalogues import content
from apps.core import clock, minutes
from apps.core.plugins import Fact, Page, Plugin
from apps.core.process import Stage
from apps.rollouts.models import Rollout
from apps.stages.training import dossier, events, personal_data, queries, requirements, term
from apps.stages.training.models import Topic


def copy_syllabus(rollout: Rollout) -> None:
    """Copy the topics of the syllabus in force."""
    Topic.objects.bulk_create(
        Topic(rollout=rollout, position=position, title=topic.title, minutes=topic.minutes)
        for position, topic in enumerate(content.training().topics, start=1)
    )


def summary(rollout: Rollout) -> Iterator[Fact]:
    held_minutes = sum(session.held_minutes or 0 for session in queries.held_sessions(rollout))
    topics = rollout.training_topics.count()
    covered = rollout.training_topics.exclude(covered_in=None).count()
    yield Fact(_("Horas realizadas"), minutes.show(held_minutes))
    yield Fact(_("Tópicos"), f"{covered}/{topics}", "success" if topics and covered == topics else "neutral")
    if planned := rollout.training_sessions.filter(state="planned").first():
        day = clock.day_of(planned.scheduled_at)
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
    personal_data=personal_data.HOLDINGS,
)
