from datetime import datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.files import actions as files
from apps.rollouts.stages import PartyRole, Stage
from apps.stages.golive.models import ChecklistItem, Dossier, Incident, Window, WindowAnswer
from tests.rollouts.factories import RolloutFactory, at_stage


class ChecklistItemFactory(DjangoModelFactory):
    class Meta:
        model = ChecklistItem

    position = factory.Sequence(lambda number: number + 1)
    key = factory.Sequence(lambda number: f"item-{number}")
    title = "Carga"
    owner = "integrator"


class WindowFactory(DjangoModelFactory):
    """A window of two hours that begins tomorrow."""

    class Meta:
        model = Window

    number = 1
    starts_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=1))
    ends_at = factory.LazyAttribute(lambda row: row.starts_at + timedelta(hours=2))
    proposed_by = factory.LazyAttribute(lambda row: row.rollout.project_manager)


class WindowAnswerFactory(DjangoModelFactory):
    class Meta:
        model = WindowAnswer

    answer = "go"
    by = factory.LazyAttribute(lambda row: row.window.rollout.project_manager)


class IncidentFactory(DjangoModelFactory):
    class Meta:
        model = Incident

    number = 1
    what = "Pedidos sem frete"
    severity = "severe"
    owner = "integrator"
    since = factory.LazyFunction(lambda: clock.now() - timedelta(hours=1))
    noted_by = factory.LazyAttribute(lambda row: row.rollout.project_manager)


class DossierFactory(DjangoModelFactory):
    class Meta:
        model = Dossier

    number = 1
    through = 1
    whole = factory.LazyFunction(lambda: files.store_bytes(b"whole", "d.zip"))
    shared = factory.LazyFunction(lambda: files.store_bytes(b"shared", "d-sem-valores.zip"))


def a_rollout_going_live():
    rollout = at_stage(RolloutFactory(), Stage.GO_LIVE)
    ChecklistItemFactory(rollout=rollout, key="load")
    ChecklistItemFactory(rollout=rollout, key="news", title="Avisos", owner="client", mandatory=False)
    return rollout


def all_say_go(rollout) -> Window:
    window = WindowFactory(rollout=rollout)
    for role in PartyRole.values:
        WindowAnswerFactory(window=window, role=role)
    return window


def local(text: str) -> datetime:
    """``2026-08-12T09:00`` as people in São Paulo mean it."""
    return timezone.make_aware(datetime.fromisoformat(text), timezone.get_default_timezone())
