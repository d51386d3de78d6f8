from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import registry
from apps.rollouts.gates import Requirement, requires
from apps.rollouts.models import Rollout
from apps.stages.development import queries


@requires(Gate.START_DEVELOPMENT)
def delivery_date_is_given(rollout: Rollout) -> Iterator[Requirement]:
    if queries.due_date(rollout) is None:
        yield Requirement(
            key="development:due_date",
            text=_("Informar o prazo de desenvolvimento"),
            owed_by=PartyRole.INTEGRATOR,
            since=rollout.stage_entered_at,
            url=reverse("development:room", args=[rollout.pk]) + "#prazo",
        )


@requires(Gate.START_TRAINING)
def connector_is_delivered(rollout: Rollout) -> Iterator[Requirement]:
    if queries.awaited_delivery(rollout) is None:
        due = queries.due_date(rollout)
        yield Requirement(
            key="development:delivery",
            text=_("Declarar o conector entregue, com versão e notas"),
            owed_by=PartyRole.INTEGRATOR,
            since=rollout.stage_entered_at,
            url=reverse("development:room", args=[rollout.pk]) + "#entrega",
            due=due.date if due else None,
        )


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    due, note, delivery = queries.due_date(rollout), rollout.progress_notes.first(), queries.delivery(rollout)
    late = queries.days_late(rollout)
    yield registry.Fact(
        _("Prazo"),
        date_format(due.date, "SHORT_DATE_FORMAT") if due else _("a informar"),
        "danger" if late else "neutral" if due else "warning",
    )
    if note:
        yield registry.Fact(_("Concluído"), f"{note.percent}%")
    if delivery:
        yield registry.Fact(_("Versão entregue"), delivery.version, "success")


registry.add_room(
    registry.Room(
        key="development",
        title=gettext_lazy("Desenvolvimento"),
        icon="code",
        url_name="development:room",
        summary=summary,
        stage=Stage.DEVELOPMENT,
        position=30,
    )
)
