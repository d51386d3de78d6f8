from collections.abc import Iterator
from dataclasses import asdict
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints.catalogues import content
from apps.core.localized import Localized
from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import appointments, registry
from apps.rollouts.gates import Requirement, requires, welcomes
from apps.rollouts.models import Rollout
from apps.stages.kickoff import queries
from apps.stages.kickoff.models import AgendaItem, AgreedMethod, Kickoff, Row
from apps.stages.kickoff.sheets import ACTIONS, STATUSES


@registry.on_start
def copy_agenda_and_methods(rollout: Rollout) -> None:
    blueprint = content.kickoff()
    kickoff = Kickoff.objects.create(
        rollout=rollout,
        offered_models=[asdict(model) for model in blueprint.models],
        statuses=blueprint.platform_statuses.get(rollout.platform.slug, []),
    )
    Row.objects.bulk_create(
        Row(
            kickoff=kickoff,
            sheet=STATUSES.key,
            key=status.code,
            position=position,
            cells={
                "erp_status": status.title["pt"], "direction": status.direction, "note": status.note["pt"],
            },
        )
        for position, status in enumerate(blueprint.statuses, start=1)
    )  # fmt: skip
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
    sheet = reverse("kickoff:worksheet", args=[rollout.pk])
    if kickoff is None or not any(queries.agreed_fields(kickoff).values()):
        url = f"{sheet}#campos" if kickoff and kickoff.methods.filter(agreed=True).exists() else f"{url}#metodos"
        text = _("Definir os métodos e campos adotados")
        yield Requirement("kickoff:fields", text, PartyRole.PRESENCE, rollout.stage_entered_at, url)
    if kickoff is not None and queries.statuses_to_agree(kickoff):
        text = _("Combinar as situações do pedido na ficha de integração")
        yield Requirement(
            "kickoff:statuses", text, PartyRole.PRESENCE, rollout.stage_entered_at, f"{sheet}#statuses", waivable=True
        )
    if kickoff is None or kickoff.minutes_published_at is None:
        url = reverse("kickoff:room", args=[rollout.pk])
        yield owed("minutes", _("Publicar a ata da reunião inaugural"), "ata")


@requires(Gate.START_DEVELOPMENT)
def client_and_integrator_confirm_the_minutes(rollout: Rollout) -> Iterator[Requirement]:
    yield from _confirmations(rollout, PartyRole.CLIENT, PartyRole.INTEGRATOR)


@welcomes
def the_platform_may_confirm_the_minutes(rollout: Rollout) -> Iterator[Requirement]:
    if rollout.stage == Stage.KICKOFF:
        yield from _confirmations(rollout, PartyRole.PLATFORM)


def _confirmations(rollout: Rollout, *parties: PartyRole) -> Iterator[Requirement]:
    """What each of ``parties`` still says of the minutes in force, or what Presence says to an objection."""
    minutes = queries.minutes_in_force(rollout)
    if minutes is None:
        return
    url = reverse("kickoff:room", args=[rollout.pk]) + "#ata"
    answers = {answer.party: answer for answer in minutes.answers.all()}
    for party in parties:
        key, about = f"kickoff:minutes_answer:{party.value}", {"number": minutes.number, "party": party.label}
        answer = answers.get(party.value)
        if answer is None:
            text = _("Confirmar a ata da reunião inaugural, versão %(number)d") % about
            yield Requirement(key, text, party, minutes.published_at, url, waivable=True)
        elif answer.objection:
            text = _("Responder à objeção à ata (%(party)s) e publicar nova versão") % about
            yield Requirement(key, text, PartyRole.PRESENCE, answer.at, url, waivable=True, review=True)


@welcomes
def action_items_are_done(rollout: Rollout) -> Iterator[Requirement]:
    kickoff = queries.kickoff_of(rollout)
    for row in kickoff.rows.filter(sheet=ACTIONS.key, removed_at=None) if kickoff else ():
        if row.cell("text") and row.cell("party") and not row.cell("done"):
            yield Requirement(
                key=f"kickoff:action:{row.pk}",
                text=row.cell("text"),
                owed_by=row.cell("party"),
                since=rollout.stage_entered_at,
                url=reverse("kickoff:worksheet", args=[rollout.pk]) + f"#linha-{row.pk}",
                due=date.fromisoformat(row.cell("due")) if row.cell("due") else None,
            )


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
