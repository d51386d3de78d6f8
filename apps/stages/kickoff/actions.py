"""Write down what the meeting agreed, publish the minutes.

What was agreed may change until development starts; after a publication every change asks for another one. The
integration worksheet has its own modules (``worksheet``, ``amendments``) and lives until the term is signed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.catalogues import content
from apps.core import canonical, clock
from apps.core.background import queue
from apps.core.localized import Localized
from apps.core.papers import pdf
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal, require
from apps.files import actions as files
from apps.rollouts import numbering, timeline
from apps.rollouts.access import refuse_both_halves, refuse_two_companies
from apps.rollouts.actions import settle_integration_model
from apps.rollouts.models import Rollout
from apps.stages.kickoff import documents, events, queries
from apps.stages.kickoff.catalogue import lay_out_data
from apps.stages.kickoff.models import AgendaItem, AgreedMethod, Kickoff, Minutes, MinutesAnswer, Row
from apps.stages.kickoff.sheets import FIELDS, STATUSES, Master


def copy_agenda_and_methods(rollout: Rollout) -> None:
    """Lay out the kickoff of a new rollout as the blueprint has it today: agenda, models, methods, order situations."""
    blueprint = content.kickoff()
    kickoff = Kickoff.objects.create(
        rollout=rollout,
        offered_models=[asdict(model) for model in blueprint.models],
        statuses=blueprint.platform_statuses.get(rollout.platform.slug, []),
    )
    lay_out_data(kickoff)
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


@contextmanager
def writing(
    kickoff: Kickoff, by: User, *, reopens_minutes: bool = False, permission: str = "kickoff.conduct"
) -> Iterator[tuple[Rollout, Kickoff]]:
    """The rollout locked and the kickoff fresh. ``reopens_minutes``: what changes is part of the published minutes."""
    require(by, permission, kickoff)
    with timeline.changing(kickoff.rollout) as rollout:
        refuse_after_the_kickoff(rollout)
        kickoff = Kickoff.objects.get(pk=kickoff.pk)
        if reopens_minutes:
            reopen_minutes(kickoff)
        yield rollout, kickoff


def refuse_after_the_kickoff(rollout: Rollout) -> None:
    """Raise ``Refusal`` (409) once development began."""
    if rollout.stage != Stage.KICKOFF:
        raise Refusal(_("A reunião inaugural já foi encerrada com o início do desenvolvimento."))


def reopen_minutes(kickoff: Kickoff) -> None:
    """What was agreed, or who was there, changed: the published minutes no longer say it."""
    if kickoff.minutes_published_at:
        kickoff.minutes_published_at = None
        kickoff.save(update_fields=["minutes_published_at"])


def note_agenda(item: AgendaItem, *, by: User, notes: str) -> None:
    """Write what was agreed under a point of the agenda."""
    with writing(item.kickoff, by, reopens_minutes=True) as (rollout, _kickoff):
        item.notes = notes
        item.save(update_fields=["notes"])
        timeline.record(rollout, events.AgendaNoted(item=item.title), by)


def choose_model(kickoff: Kickoff, *, by: User, model: str, model_note: str = "") -> None:
    """Choose one of the integration models on offer, by its key."""
    with writing(kickoff, by, reopens_minutes=True) as (rollout, kickoff):
        chosen = next((offer for offer in kickoff.offered_models if offer["key"] == model), None)
        if chosen is None:
            raise Invalid(_("Escolha um dos modelos da lista."), field="model")
        kickoff.model, kickoff.model_note = model, model_note
        kickoff.save(update_fields=["model", "model_note"])
        title = Localized.of(chosen["title"])
        settle_integration_model(rollout, model, title)
        timeline.record(rollout, events.ModelChosen(model=title), by)


def agree_methods(kickoff: Kickoff, *, by: User, methods: list[AgreedMethod]) -> None:
    """The methods the connector will use; the others are left out."""
    with writing(kickoff, by, reopens_minutes=True) as (rollout, kickoff):
        if not methods:
            raise Invalid(_("Escolha ao menos um método."), field="methods")
        chosen = [method.pk for method in methods]
        kickoff.methods.exclude(pk__in=chosen).update(agreed=False)
        kickoff.methods.filter(pk__in=chosen).update(agreed=True)
        for method in methods:
            _lay_out_fields(method)
        timeline.record(rollout, events.MethodsAgreed(methods=[method.code for method in methods]), by)


def _lay_out_fields(method: AgreedMethod) -> None:
    """A row of the worksheet for each field of the catalogue; those that are there stay as they are."""
    Row.objects.bulk_create(
        (
            Row(
                kickoff_id=method.kickoff_id,
                sheet=FIELDS.key,
                method=method,
                key=field["name"],
                position=position,
                cells={
                    "presence_field": field["name"], "direction": method.direction, "master": Master.PRESENCE.value,
                },
            )
            for position, field in enumerate(method.fields, start=1)
        ),
        ignore_conflicts=True,
    )  # fmt: skip


def publish_minutes(kickoff: Kickoff, *, by: User, minutes: str) -> Minutes:
    """Publish a version of the minutes of the meeting that was held: the text, and the worksheet as it stands. A worker
    makes the PDF; the parties confirm it or object."""
    with writing(kickoff, by) as (rollout, kickoff):
        if queries.held_meeting(rollout) is None:
            raise Refusal(_("Registre primeiro a realização da reunião."))
        if not minutes.strip():
            raise Invalid(_("Escreva a ata."), field="minutes")
        kickoff.minutes = minutes.strip()
        kickoff.minutes_published_at, kickoff.minutes_published_by = clock.now(), by
        kickoff.save(update_fields=["minutes", "minutes_published_at", "minutes_published_by"])
        snapshot = queries.worksheet(rollout)
        version = Minutes.objects.create(
            kickoff=kickoff,
            number=numbering.next_number(rollout, kickoff.published),
            text=kickoff.minutes,
            snapshot=snapshot,
            sha256=canonical.sha256({"text": kickoff.minutes, "worksheet": snapshot}),
            published_by=by,
            publisher_name=by.name,
        )
        timeline.record(rollout, events.MinutesPublished(number=version.number, sha256=version.sha256), by)
        waiting = Minutes.objects.filter(pk=version.pk, pdf=None)
        queue.after_commit("apps.stages.kickoff.tasks.render_minutes", version.pk, when=waiting.exists)
        return version


def render_minutes(minutes_pk: int) -> None:
    """Make the PDF of a published version; one that has its PDF is left as it is.

    The document is made outside the transaction and kept in it, so a worker that dies leaves nothing half done.
    """
    minutes = Minutes.objects.select_related("kickoff__rollout").get(pk=minutes_pk)
    if minutes.pdf_id:
        return
    content = pdf.render(documents.minutes_html(minutes), [documents.attached(minutes)])
    with timeline.changing(minutes.rollout, even_closed=True):
        minutes = Minutes.objects.get(pk=minutes_pk)
        if minutes.pdf_id is None:
            minutes.pdf = files.store_bytes(content, f"{minutes}.pdf")
            minutes.save(update_fields=["pdf"])


def answer_minutes(minutes: Minutes, *, by: User, party: str, agrees: bool, reason: str = "") -> MinutesAnswer:
    """Confirm the newest version for ``party`` (a role), or object with a reason; an answer may be changed while that
    version stands. Raises ``Refusal`` (409) for a version that was replaced or that the worksheet has left behind."""
    require(by, "kickoff.answer_minutes", minutes)
    if party not in minutes.rollout.roles_of(by):
        raise NotAllowed(_("Só uma pessoa desta parte responde por ela."))
    if not agrees and not reason.strip():
        raise Invalid(_("Diga o que não foi combinado assim."), field="reason")
    with timeline.changing(minutes.rollout) as rollout:
        newest = queries.minutes_in_force(rollout)
        if newest is None or newest.pk != minutes.pk:
            raise Refusal(_("Esta versão da ata foi substituída, ou a ficha mudou depois dela. Leia a próxima versão."))
        refuse_both_halves(by, minutes.published_by_id)
        refuse_two_companies(rollout, by, party, minutes.answers.values_list("party", "by"))
        answer, _created = MinutesAnswer.objects.update_or_create(
            minutes=minutes,
            party=party,
            defaults={"by": by, "name": by.name, "at": clock.now(), "objection": "" if agrees else reason.strip()},
        )
        if agrees:
            confirmed = events.MinutesConfirmed(number=minutes.number, sha256=minutes.sha256)
            timeline.record(rollout, confirmed, by, party=PartyRole(party))
        else:
            objected = events.MinutesObjected(number=minutes.number, sha256=minutes.sha256, reason=answer.objection)
            timeline.record(rollout, objected, by, party=PartyRole(party))
        return answer
