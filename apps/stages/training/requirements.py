from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.localized import both
from apps.core.process import Gate, PartyRole
from apps.core.requirements import Answer, Requirement, requirement
from apps.meetings import dates
from apps.meetings.models import MeetingKind
from apps.meetings.queries import held, planned
from apps.rollouts.models import Rollout
from apps.stages.training import queries


@requirement("training:held", Gate.START_HOMOLOGATION)
def session_is_held(rollout: Rollout) -> Iterator[Requirement]:
    if not held(rollout, MeetingKind.TRAINING):
        yield Requirement(
            key="training:held",
            text=both(_("Realizar o treinamento, com lista de presença")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("training:room", args=[rollout.pk]),
        )


@requirement("training:planned", Gate.START_HOMOLOGATION)
def no_session_is_only_planned(rollout: Rollout) -> Iterator[Requirement]:
    if planned(rollout, MeetingKind.TRAINING):
        yield Requirement(
            key="training:planned",
            text=both(_("Registrar ou cancelar as sessões agendadas")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("training:room", args=[rollout.pk]),
        )


@requirement("training:topics", Gate.START_HOMOLOGATION)
def topics_are_covered(rollout: Rollout) -> Iterator[Requirement]:
    if uncovered := sum(topic.covered_in_id is None for topic in queries.topics(rollout)):
        yield Requirement(
            key="training:topics",
            text=both(_("Cobrir os tópicos do treinamento (faltam %(left)d)"), left=uncovered),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("training:room", args=[rollout.pk]),
            waivable=True,
        )


def answer_to_the_date(rollout: Rollout, number: str) -> Answer | None:
    session = queries.planned_sessions(rollout).filter(number=number).first() if number.isdecimal() else None
    return dates.answer_to(session) if session else None


@requirement("training:date", answer=answer_to_the_date)
def planned_date_is_confirmed(rollout: Rollout) -> Iterator[Requirement]:
    url = reverse("training:room", args=[rollout.pk])
    for session in planned(rollout, MeetingKind.TRAINING):
        key = f"training:date:{session.number}"
        yield from dates.asked_of(session, key=key, since=session.planned_at, url=url)
