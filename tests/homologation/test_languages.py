"""What people record in English is read in Portuguese, and the other way round."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from apps.core import clock
from apps.core.process import Stage
from apps.meetings import actions as meetings
from apps.stages.homologation.execution import actions, reservations
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.script import actions as script_actions
from tests.homologation.test_homologation import FAILURE, case, make_script, report
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["en", "pt-br"])
def rollout(request):
    """A homologation all of whose events were recorded by people who read ``request.param``."""
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    people = rollout.people
    script = make_script(rollout)
    script.rollout = rollout
    start = timezone.make_aware(timezone.datetime(2030, 1, 31, 14, 30))
    with translation.override(request.param):
        script_actions.freeze(script, by=people["pm"])
        actions.start_round(script, by=people["pm"])
        session = meetings.plan(rollout, "homologation", by=people["pm"], planned_start=start, planned_minutes=60)
        with clock.at(start):
            everybody = [(role, people[role]) for role in ("client", "integrator")]
            sessions.start(script, by=people["pm"], present=[("presence", people["pm"]), *everybody], planned=session)
            report(script, rollout, who="integrator", outcome="blocked", note="Ambiente fora")
            report(script, rollout, who="client", **FAILURE)
        with clock.at(start + timedelta(minutes=75)):
            sessions.end(session, by=people["pm"])
            nonconformity = rollout.nonconformities.get()
            nonconformities.change(nonconformity, by=people["pm"], severity="minor", owner="platform")
            reservations.propose(
                case(script, "PED-02"), by=people["integrator"], text="Depois", owner="client",
                deadline=clock.today() + timedelta(days=9),
            )  # fmt: skip
    return rollout


def read(rollout, language):
    with translation.override(language):
        return [event.describe() for event in rollout.events.order_by("sequence")]


def test_the_events_read_in_the_language_of_their_reader(rollout):
    assert read(rollout, "pt-br") == [
        "congelou o roteiro com 2 casos",
        "abriu a rodada 1",
        "agendou a sessão 1 da homologação para 31/01/2030 14:30",
        "começou a sessão 1 da homologação com 3 presentes",
        "registrou PED-01: Bloqueado",
        "registrou que PED-01 falhou e abriu a NC-1: Sem imagem",
        "encerrou a sessão 1 da homologação: 1h15, 2 resultados",
        "definiu a NC-1: Leve, corrige Plataforma",
        "propôs ressalva para PED-02",
    ]
    assert read(rollout, "en") == [
        "froze the script with 2 cases",
        "opened round 1",
        "scheduled homologation session 1 for 31/01/2030 14:30",
        "started homologation session 1 with 3 people",
        "recorded PED-01: Blocked",
        "reported that PED-01 failed, and opened NC-1: Sem imagem",
        "ended homologation session 1: 1h15, 2 results",
        "set NC-1: Minor, to be fixed by Platform",
        "proposed a reservation for PED-02",
    ]
