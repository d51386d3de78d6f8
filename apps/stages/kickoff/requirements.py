from collections.abc import Iterator
from dataclasses import asdict

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints import content
from apps.core.localized import Localized
from apps.rollouts import appointments, registry
from apps.rollouts.gates import Requirement, requires, welcomes
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Gate, PartyRole, Stage
from apps.stages.kickoff import queries
from apps.stages.kickoff.models import AgendaItem, AgreedField, AgreedMethod, Kickoff


@registry.on_start
def copy_agenda_and_methods(rollout: Rollout) -> None:
    blueprint = content.kickoff()
    kickoff = Kickoff.objects.create(rollout=rollout, offered_models=[asdict(model) for model in blueprint.models])
    AgendaItem.objects.bulk_create(
        AgendaItem(kickoff=kickoff, position=position, title=item.title, hint=item.notes or Localized())
        for position, item in enumerate(blueprint.agenda, start=1)
    )
    AgreedMethod.objects.bulk_create(
        AgreedMethod(
            kickoff=kickoff,
            position=position,
            code=method.code,
            process=method.process,
            title=method.title,
            direction=method.direction,
            fields=[asdict(field) for field in method.fields],
        )
        for position, method in enumerate(content.presence_methods(), start=1)
    )


@requires(Gate.START_DEVELOPMENT)
def the_kickoff_settled_what_it_must(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = queries.kickoff_of(rollout)
    url = reverse("kickoff:room", args=[rollout.pk])

    def owed(key: str, text: str, anchor: str) -> Requirement:
        return Requirement(f"kickoff:{key}", text, PartyRole.PRESENCE, rollout.stage_entered_at, f"{url}#{anchor}")

    if kickoff is None or kickoff.held_at is None:
        yield owed("held", _("Realizar a reunião inaugural"), "reuniao")
    if kickoff is None or not kickoff.model:
        yield owed("model", _("Definir o modelo de integração"), "modelo")
    if not AgreedField.objects.filter(method__kickoff__rollout=rollout, method__agreed=True).exists():
        yield owed("fields", _("Definir os métodos e campos adotados"), "metodos")
    if kickoff is None or kickoff.minutes_published_at is None:
        yield owed("minutes", _("Publicar a ata da reunião inaugural"), "ata")


@welcomes
def the_planned_date_is_confirmed(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = queries.kickoff_of(rollout)
    if kickoff is not None and kickoff.held_at is None:
        url = reverse("kickoff:room", args=[rollout.pk]) + "#reuniao"
        yield from appointments.asked_of(rollout, kickoff, key="kickoff:date", since=rollout.stage_entered_at, url=url)


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    kickoff = queries.kickoff_of(rollout)
    if kickoff is None:
        return
    if kickoff.held_at:
        yield registry.Fact(_("Realizada"), date_format(kickoff.held_at, "SHORT_DATE_FORMAT"), "success")
    elif kickoff.scheduled_at:
        yield registry.Fact(_("Marcada"), date_format(kickoff.scheduled_at, "SHORT_DATE_FORMAT"), "info")
    else:
        yield registry.Fact(_("Reunião"), _("a marcar"), "warning")
    if kickoff.model:
        yield registry.Fact(_("Modelo"), str(queries.model_title(kickoff)))
    published = bool(kickoff.minutes_published_at)
    yield registry.Fact(
        _("Ata"), _("publicada") if published else _("a publicar"), "success" if published else "neutral"
    )


registry.add_room(
    registry.Room(
        key="kickoff",
        title=gettext_lazy("Reunião inaugural"),
        icon="users",
        url_name="kickoff:room",
        summary=summary,
        stage=Stage.KICKOFF,
        position=20,
    )
)
