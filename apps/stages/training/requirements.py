from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints.catalogues import content
from apps.core import minutes
from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import appointments, registry
from apps.rollouts.gates import Requirement, requires, welcomes
from apps.rollouts.models import Rollout
from apps.stages.training import queries
from apps.stages.training.models import Topic, TrainingSession


@registry.on_start
def copy_the_syllabus(rollout: Rollout) -> None:
    Topic.objects.bulk_create(
        Topic(rollout=rollout, position=position, title=topic.title, minutes=topic.minutes)
        for position, topic in enumerate(content.training().topics, start=1)
    )


@requires(Gate.START_HOMOLOGATION)
def training_is_held(rollout: Rollout) -> Iterator[Requirement]:
    url = reverse("training:room", args=[rollout.pk])

    def owed(key: str, text: str, waivable: bool = False) -> Requirement:
        return Requirement(f"training:{key}", text, PartyRole.PRESENCE, rollout.stage_entered_at, url, waivable)

    states = set(rollout.training_sessions.values_list("state", flat=True))
    if TrainingSession.State.HELD not in states:
        yield owed("held", _("Realizar o treinamento, com lista de presença"))
    if TrainingSession.State.PLANNED in states:
        yield owed("planned", _("Registrar ou cancelar as sessões agendadas"))
    if uncovered := rollout.training_topics.filter(covered_in=None).count():
        text = _("Cobrir os tópicos do treinamento (faltam %(left)d)") % {"left": uncovered}
        yield owed("topics", text, waivable=True)


@welcomes
def planned_date_is_confirmed(rollout: Rollout) -> Iterator[Requirement]:
    url = reverse("training:room", args=[rollout.pk])
    for session in rollout.training_sessions.filter(state=TrainingSession.State.PLANNED):
        key = f"training:date:{session.number}"
        yield from appointments.asked_of(rollout, session, key=key, since=session.planned_at, url=url)


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    held_minutes = sum(session.held_minutes or 0 for session in queries.held_sessions(rollout))
    topics = rollout.training_topics.count()
    covered = rollout.training_topics.exclude(covered_in=None).count()
    yield registry.Fact(_("Horas realizadas"), minutes.show(held_minutes))
    yield registry.Fact(_("Tópicos"), f"{covered}/{topics}", "success" if topics and covered == topics else "neutral")
    if planned := rollout.training_sessions.filter(state="planned").first():
        yield registry.Fact(_("Próxima sessão"), f"{planned.scheduled_at:%d/%m/%Y}", "info")


registry.add_room(
    registry.Room(
        key="training",
        title=gettext_lazy("Treinamento"),
        icon="graduation-cap",
        url_name="training:room",
        summary=summary,
        stage=Stage.TRAINING,
        position=40,
    )
)
