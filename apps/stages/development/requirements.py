from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.core.localized import both
from apps.core.process import Gate, PartyRole
from apps.core.requirements import Answer, Requirement, requirement
from apps.rollouts.models import Rollout
from apps.stages.development import actions, queries
from apps.stages.development.forms import DeliveryForm, DueDateForm


def answer_with_a_date(rollout: Rollout, _rest: str) -> Answer:
    return Answer(
        button=_("Informar prazo"),
        icon="calendar-plus",
        permission="development.report",
        subject=rollout,
        make_form=lambda *args, **kwargs: DueDateForm(*args, first=True, **kwargs),
        act=lambda **data: actions.set_due_date(rollout, **data),
        help=_("Em que dia o conector fica pronto para o treinamento. Se mudar, informe a nova data e o motivo."),
    )


@requirement("development:due_date", Gate.START_DEVELOPMENT, answer=answer_with_a_date)
def a_delivery_date_is_given(rollout: Rollout) -> Iterator[Requirement]:
    if queries.due_date(rollout) is None:
        yield Requirement(
            key="development:due_date",
            text=both(_("Informar o prazo de desenvolvimento")),
            owed_by=PartyRole.INTEGRATOR,
            since=rollout.stage_entered_at,
            url=reverse("development:room", args=[rollout.pk]) + "#prazo",
        )


def answer_with_a_delivery(rollout: Rollout, _rest: str) -> Answer:
    return Answer(
        button=_("Declarar entregue"),
        icon="package-check",
        permission="development.report",
        subject=rollout,
        make_form=DeliveryForm,
        act=lambda **data: actions.declare_delivery(rollout, **data),
        help=_("A versão que vai ao treinamento e à homologação, o que ela faz e o que ainda não faz."),
    )


@requirement("development:delivery", Gate.START_TRAINING, answer=answer_with_a_delivery)
def the_connector_is_delivered(rollout: Rollout) -> Iterator[Requirement]:
    if queries.awaited_delivery(rollout) is None:
        due = queries.due_date(rollout)
        yield Requirement(
            key="development:delivery",
            text=both(_("Declarar o conector entregue, com versão e notas")),
            owed_by=PartyRole.INTEGRATOR,
            since=rollout.stage_entered_at,
            url=reverse("development:room", args=[rollout.pk]) + "#entrega",
            due=due.date if due else None,
        )
