import factory
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.meetings import attendance
from apps.meetings.models import Meeting
from apps.meetings.people import Guest
from apps.stages.kickoff import actions, worksheet
from apps.stages.kickoff.models import AgendaItem, AgreedMethod, Kickoff, Minutes, Row
from tests.rollouts.factories import RolloutFactory

OFFER = {"key": "polling", "title": {"pt": "Consulta", "en": "Polling"}, "help": {"pt": "x", "en": "x"}}
FIELDS = [{"name": name, "label": {"pt": name.upper(), "en": name.upper()}} for name in ("sku", "quantidade")]


class KickoffFactory(DjangoModelFactory):
    """A kickoff with one model on offer, one point of the agenda and one method with two fields."""

    class Meta:
        model = Kickoff
        skip_postgeneration_save = True

    rollout = factory.SubFactory(RolloutFactory)
    offered_models = [OFFER]
    statuses = ["invoiced", "canceled"]

    @factory.post_generation
    def with_its_parts(kickoff, create, extracted, **kwargs):
        AgendaItem.objects.create(kickoff=kickoff, position=1, title="Escopo")
        AgreedMethodFactory(kickoff=kickoff)


class AgreedMethodFactory(DjangoModelFactory):
    class Meta:
        model = AgreedMethod

    kickoff = factory.SubFactory(KickoffFactory)
    position = factory.Sequence(lambda n: n + 1)
    code = factory.Sequence(lambda n: "ECM-ESTOQUE-SKU" if n == 0 else f"ECM-{n}")
    process = "stock"
    title = "Saldo"
    direction = "erp_to_platform"
    fields = FIELDS


class RowFactory(DjangoModelFactory):
    class Meta:
        model = Row

    kickoff = factory.SubFactory(KickoffFactory)
    sheet = "payments"


class MinutesFactory(DjangoModelFactory):
    class Meta:
        model = Minutes

    kickoff = factory.SubFactory(KickoffFactory)
    number = 1
    text = "Ata"
    snapshot = {}
    published_by = factory.LazyAttribute(lambda minutes: minutes.kickoff.rollout.people["pm"])


def hold(kickoff, pm, parties=("client", "presence")) -> Meeting:
    people = [(party, Guest(f"Pessoa {party}")) for party in parties]
    planned = kickoff.rollout.meetings.planned().filter(kind="kickoff").first()
    return attendance.record(
        kickoff.rollout, "kickoff", by=pm, meeting=planned, started_at=clock.now(), minutes=60, present=people
    )


def write(kickoff, by, cells, *, reason="", **row) -> list:
    """Write ``cells`` into the first row that ``row`` finds, as who sees it now does; what clashed comes back."""
    found = kickoff.rows.filter(removed_at=None, **row).first()
    edits = [worksheet.Edit(found.pk, column, value, found.version(column)) for column, value in cells.items()]
    return worksheet.write(kickoff, by=by, edits=edits, reason=reason)


def agree(kickoff, pm):
    """Adopt the method and give its first field a place on the platform."""
    actions.agree_methods(kickoff, by=pm, methods=[kickoff.methods.get()])
    write(kickoff, pm, {"platform_field": "skuId"}, sheet="fields")


def published(kickoff) -> Minutes:
    """Minutes in force of a meeting that was held."""
    pm = kickoff.rollout.people["pm"]
    hold(kickoff, pm)
    agree(kickoff, pm)
    return actions.publish_minutes(kickoff, by=pm, minutes="Combinamos tudo.")
