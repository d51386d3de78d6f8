from datetime import date

import factory
from factory.django import DjangoModelFactory

from apps.blueprints.models import Platform
from apps.companies.models import Company, Kind, Role
from apps.core import clock
from apps.core.process import CLOSED, PartyRole, Stage
from apps.rollouts.models import OpenRequirement, Party, PlannedStage, Rollout
from apps.rollouts.planning import STEPS
from tests.companies.factories import CompanyFactory, PresenceFactory, several_people


class PlatformFactory(DjangoModelFactory):
    class Meta:
        model = Platform
        django_get_or_create = ("slug",)

    slug = "vtex"
    name = "VTEX"


class RolloutFactory(DjangoModelFactory):
    """A rollout with its four companies and their people, as a row: nothing was copied from the blueprints.

    ``rollout.people`` maps manager, pm, analyst, client (lead), client_member, integrator (lead), platform (lead) and
    stranger (the lead of another client) to users. Use ``actions.create_rollout`` for one that starts as in real life.
    """

    class Meta:
        model = Rollout
        skip_postgeneration_save = True

    platform = factory.SubFactory(PlatformFactory)

    @classmethod
    def _create(cls, model_class, *args, **fields):
        presence = PresenceFactory()
        companies = {
            PartyRole.PRESENCE: presence,
            PartyRole.PLATFORM: fields.pop("platform_company", None) or CompanyFactory.build(kind=Kind.PLATFORM),
            PartyRole.INTEGRATOR: fields.pop("integrator", None) or CompanyFactory.build(kind=Kind.INTEGRATOR),
            PartyRole.CLIENT: fields.pop("client", None) or CompanyFactory.build(kind=Kind.CLIENT),
        }
        another = CompanyFactory.build(kind=Kind.CLIENT)
        Company.objects.bulk_create(company for company in (*companies.values(), another) if company.pk is None)
        places = {
            "manager": (presence, Role.MANAGER),
            "pm": (presence, Role.PROJECT_MANAGER),
            "analyst": (presence, Role.ANALYST),
            "client": (companies[PartyRole.CLIENT], Role.LEAD),
            "client_member": (companies[PartyRole.CLIENT], Role.MEMBER),
            "integrator": (companies[PartyRole.INTEGRATOR], Role.LEAD),
            "platform": (companies[PartyRole.PLATFORM], Role.LEAD),
            "stranger": (another, Role.LEAD),
        }
        people = dict(zip(places, several_people(*places.values()), strict=True))
        fields.setdefault("project_manager", people["pm"])
        rollout = super()._create(model_class, *args, **fields)
        Party.objects.bulk_create(
            Party(rollout=rollout, role=role, company=company) for role, company in companies.items()
        )
        rollout.people = people
        return rollout


def at_stage(rollout: Rollout, stage: Stage) -> Rollout:
    """Put ``rollout`` at ``stage`` without passing the gates, for tests of what happens there."""
    closed_at = rollout.stage_entered_at if stage in CLOSED else None
    Rollout.objects.filter(pk=rollout.pk).update(stage=stage, closed_at=closed_at)
    people = getattr(rollout, "people", None)
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollout.people = people
    return rollout


class OpenRequirementFactory(DjangoModelFactory):
    """A row that no rule asks for."""

    class Meta:
        model = OpenRequirement

    rollout = factory.SubFactory(RolloutFactory)
    key = "x:y"
    position = 0
    blocking = False
    text = "Enviar"
    owed_by = PartyRole.CLIENT
    since = factory.LazyFunction(clock.now)
    url = "/"
    waivable = review = by_lead = False


class PlannedStageFactory(DjangoModelFactory):
    class Meta:
        model = PlannedStage

    rollout = factory.SubFactory(RolloutFactory)
    stage = Stage.DEVELOPMENT
    starts = date(2026, 8, 17)


def planned(**fields) -> Rollout:
    """A rollout whose stages have days: kickoff on 3 August 2026, development on the 17th, and so on."""
    rollout = RolloutFactory(**fields)
    days = ["2026-08-03", "2026-08-17", "2026-09-22", "2026-09-29", "2026-10-16", "2026-10-22", "2026-11-04"]
    for stage, day in zip(STEPS, days, strict=True):
        PlannedStageFactory(rollout=rollout, stage=stage, starts=date.fromisoformat(day))
    return rollout
