from datetime import date, datetime, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from apps.core import clock
from apps.core.process import Gate, PartyRole, Stage
from apps.files import actions as files
from apps.hours.ledger.actions import adjust
from apps.hours.models import Statement, StatementPdf
from apps.prerequisites import actions as prerequisites
from apps.rollouts import timeline
from apps.rollouts.events import Advanced
from apps.stages.golive.models import ChecklistItem, Dossier, Incident, Release, Window, WindowAnswer
from tests.acceptance.factories import a_sealed_term
from tests.homologation.factories import EvidenceFactory, ResultFactory
from tests.homologation.test_homologation import make_script
from tests.hours.factories import APRIL, a_statement, close_month
from tests.kickoff.factories import KickoffFactory, MinutesFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.prerequisites.factories import PrerequisiteFactory
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


CANARY = "segredo-canario"


def a_completed_rollout():
    """A rollout with one of everything that is archived, completed in this moment; a credential of it holds ``CANARY``."""
    term = a_sealed_term()
    rollout = at_stage(term.rollout, Stage.GO_LIVE)
    people = rollout.people
    item = PrerequisiteFactory(rollout=rollout, credential=True)
    prerequisites.submit(item, by=people["client"], values={"account": "a", "token": CANARY})
    MinutesFactory(kickoff=KickoffFactory(rollout=rollout), pdf=files.store_bytes(b"%PDF-1.7 ata", "ata.pdf"))
    session = MeetingFactory(rollout=rollout, held=True)
    AttendeeFactory(meeting=session, name="Rita Alves", company="Aurora")
    script = make_script(rollout)
    round_ = script.rounds.create(number=1)
    result = ResultFactory(round=round_, case=script.cases.first(), by=people["client"])
    EvidenceFactory(result=result, text="<script>alert(1)</script>")
    _with_pdf(a_statement(rollout))
    ChecklistItemFactory(
        rollout=rollout, key="load", note="4812 = 4812", done_by=people["integrator"], done_at=clock.now()
    )
    all_say_go(rollout)
    IncidentFactory(rollout=rollout, until=clock.now(), resolution="Versão 1.1.2", resolved_by=people["integrator"])
    Release.objects.create(
        rollout=rollout, confirmed_by=people["client"], confirmed_at=clock.now(), recorded_by=people["pm"],
        recorded_at=clock.now(),
    )  # fmt: skip
    rollout = at_stage(rollout, Stage.COMPLETED)
    with timeline.changing(rollout, even_closed=True) as locked:
        timeline.record(locked, Advanced(stage=Stage.COMPLETED, gate=Gate.COMPLETE), people["pm"])
    return rollout


def closed_month_of(rollout) -> Statement:
    """April of a completed rollout, with an adjustment of March, closed in May."""
    with clock.at(APRIL):
        adjust(rollout.time_entries.first(), by=rollout.people["pm"], minutes=-30, reason="Medido a mais")
    with clock.at(APRIL + timedelta(days=30)):
        return _with_pdf(close_month(rollout, date(2026, 4, 1)))


def _with_pdf(statement: Statement) -> Statement:
    StatementPdf.objects.create(statement=statement, file=files.store_bytes(b"%PDF-1.7 horas", f"{statement.code}.pdf"))
    return statement
