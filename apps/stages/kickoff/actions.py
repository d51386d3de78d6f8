"""Schedule the meeting, hold it, write down what was agreed, publish the minutes.

What was agreed may change until development starts; after a publication every change asks for another one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Stage
from apps.stages.kickoff.models import AgendaItem, AgreedField, AgreedMethod, Kickoff, Participant

SCHEDULED = timeline.kind("kickoff.scheduled", gettext_lazy("marcou a reunião inaugural para %(when)s"), "calendar")
INVITED = timeline.kind(
    "kickoff.participant_added", gettext_lazy("incluiu uma pessoa na reunião inaugural"), "user-plus"
)
UNINVITED = timeline.kind(
    "kickoff.participant_removed", gettext_lazy("retirou uma pessoa da reunião inaugural"), "user-minus"
)
NOTED = timeline.kind("kickoff.noted", gettext_lazy("anotou a pauta: %(item)s"), "pencil")
HELD = timeline.kind(
    "kickoff.held", gettext_lazy("registrou a reunião inaugural com %(people)s participantes"), "users"
)
MODEL_CHOSEN = timeline.kind("kickoff.model_chosen", gettext_lazy("definiu o modelo de integração: %(model)s"), "route")
METHODS_AGREED = timeline.kind(
    "kickoff.methods_agreed", gettext_lazy("definiu os métodos adotados: %(methods)s"), "plug"
)
FIELD_AGREED = timeline.kind("kickoff.field_agreed", gettext_lazy("combinou o campo %(field)s"), "arrow-left-right")
FIELD_DROPPED = timeline.kind("kickoff.field_dropped", gettext_lazy("retirou o campo %(field)s"), "x")
PUBLISHED = timeline.kind("kickoff.minutes_published", gettext_lazy("publicou a ata da reunião inaugural"), "file-text")


@contextmanager
def _writing(kickoff: Kickoff, by: User, *, reopens_minutes: bool = False) -> Iterator[tuple[Rollout, Kickoff]]:
    """The rollout locked and the kickoff fresh. ``reopens_minutes``: what changes is part of the published minutes."""
    require(by, "kickoff.conduct", kickoff)
    with timeline.changing(kickoff.rollout) as rollout:
        if rollout.stage != Stage.KICKOFF:
            raise Refusal(_("A reunião inaugural já foi encerrada com o início do desenvolvimento."))
        kickoff = Kickoff.objects.get(pk=kickoff.pk)
        if reopens_minutes and kickoff.minutes_published_at:
            kickoff.minutes_published_at = None
            kickoff.save(update_fields=["minutes_published_at"])
        yield rollout, kickoff


def schedule(kickoff: Kickoff, *, by: User, scheduled_at: datetime, link: str = "") -> None:
    """Set or move the meeting's date (aware); not once it was held."""
    with _writing(kickoff, by) as (rollout, kickoff):
        if kickoff.held_at:
            raise Refusal(_("A reunião já foi realizada."))
        if kickoff.scheduled_at != scheduled_at:
            kickoff.ask_again()
        kickoff.scheduled_at, kickoff.link = scheduled_at, link
        kickoff.save(update_fields=["scheduled_at", "link", "confirmed_by", "confirmed_at", "objection"])
        timeline.record(rollout, SCHEDULED, by, when=f"{scheduled_at:%d/%m/%Y %H:%M}")


def add_participant(kickoff: Kickoff, *, by: User, name: str, party: str, email: str = "") -> Participant:
    with _writing(kickoff, by) as (rollout, kickoff):
        if kickoff.participants.filter(name=name, party=party).exists():
            raise Invalid(_("%(name)s já está na lista.") % {"name": name}, field="name")
        participant = Participant.objects.create(kickoff=kickoff, name=name, party=party, email=email)
        timeline.record(rollout, INVITED, by, side=party)
        return participant


def remove_participant(participant: Participant, *, by: User) -> None:
    with _writing(participant.kickoff, by) as (rollout, kickoff):
        if kickoff.held_at:
            raise Refusal(_("A reunião já foi realizada; a lista fica como está."))
        participant.delete()
        timeline.record(rollout, UNINVITED, by, side=participant.party)


def hold_meeting(kickoff: Kickoff, *, by: User, held_at: datetime, attended: list[Participant]) -> None:
    """Record that the meeting took place, and who was there; at least the client and Presence."""
    with _writing(kickoff, by) as (rollout, kickoff):
        if held_at > clock.now():
            raise Invalid(_("A data da reunião está no futuro."), field="held_at")
        present = {participant.party for participant in attended}
        if not {"client", "presence"} <= present:
            raise Invalid(
                _("Marque ao menos uma pessoa do cliente e uma da Presence como presentes."), field="attended"
            )
        kickoff.participants.update(attended=False)
        kickoff.participants.filter(pk__in=[participant.pk for participant in attended]).update(attended=True)
        kickoff.held_at = held_at
        kickoff.save(update_fields=["held_at"])
        timeline.record(rollout, HELD, by, people=len(attended))


def note_agenda(item: AgendaItem, *, by: User, notes: str) -> None:
    """Write what was agreed under a point of the agenda."""
    with _writing(item.kickoff, by, reopens_minutes=True) as (rollout, _kickoff):
        item.notes = notes
        item.save(update_fields=["notes"])
        timeline.record(rollout, NOTED, by, item=item.title["pt"])


def choose_model(kickoff: Kickoff, *, by: User, model: str, model_note: str = "") -> None:
    """Choose one of the integration models on offer, by its key."""
    with _writing(kickoff, by, reopens_minutes=True) as (rollout, kickoff):
        chosen = next((offer for offer in kickoff.offered_models if offer["key"] == model), None)
        if chosen is None:
            raise Invalid(_("Escolha um dos modelos da lista."), field="model")
        kickoff.model, kickoff.model_note = model, model_note
        kickoff.save(update_fields=["model", "model_note"])
        timeline.record(rollout, MODEL_CHOSEN, by, model=chosen["title"]["pt"])


def agree_methods(kickoff: Kickoff, *, by: User, methods: list[AgreedMethod]) -> None:
    """The methods the connector will use; the others are left out."""
    with _writing(kickoff, by, reopens_minutes=True) as (rollout, kickoff):
        if not methods:
            raise Invalid(_("Escolha ao menos um método."), field="methods")
        chosen = [method.pk for method in methods]
        kickoff.methods.exclude(pk__in=chosen).update(agreed=False)
        kickoff.methods.filter(pk__in=chosen).update(agreed=True)
        timeline.record(rollout, METHODS_AGREED, by, methods=", ".join(method.code for method in methods))


def agree_field(
    method: AgreedMethod, *, by: User, presence_field: str, platform_field: str, master: str, note: str = ""
) -> AgreedField:
    """Say how a field of ``method`` meets the platform's; saying it again replaces what was said."""
    with _writing(method.kickoff, by, reopens_minutes=True) as (rollout, _kickoff):
        if not AgreedMethod.objects.get(pk=method.pk).agreed:
            raise Refusal(_("Adote o método antes de combinar seus campos."))
        known = {row["name"] for row in method.fields}
        if presence_field not in known:
            raise Invalid(_("Este campo não existe no método."), field="presence_field")
        field, _created = AgreedField.objects.update_or_create(
            method=method,
            presence_field=presence_field,
            defaults={"platform_field": platform_field, "master": master, "note": note},
        )
        timeline.record(rollout, FIELD_AGREED, by, field=f"{method.code}: {field}")
        return field


def drop_field(field: AgreedField, *, by: User) -> None:
    with _writing(field.method.kickoff, by, reopens_minutes=True) as (rollout, _kickoff):
        field.delete()
        timeline.record(rollout, FIELD_DROPPED, by, field=f"{field.method.code}: {field.presence_field}")


def publish_minutes(kickoff: Kickoff, *, by: User, minutes: str) -> None:
    """Publish the minutes of the meeting that was held, for the four companies to read."""
    with _writing(kickoff, by) as (rollout, kickoff):
        if kickoff.held_at is None:
            raise Refusal(_("Registre primeiro a realização da reunião."))
        if not minutes.strip():
            raise Invalid(_("Escreva a ata."), field="minutes")
        kickoff.minutes = minutes.strip()
        kickoff.minutes_published_at, kickoff.minutes_published_by = clock.now(), by
        kickoff.save(update_fields=["minutes", "minutes_published_at", "minutes_published_by"])
        timeline.record(rollout, PUBLISHED, by)
