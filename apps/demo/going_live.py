"""The go-live of a demonstration rollout: a window, the answers of the parties, the checklist, an incident."""

from datetime import date, datetime, time, timedelta

from apps.core import clock, workdays
from apps.core.process import PartyRole
from apps.demo.story_base import StoryBase
from apps.prerequisites.models import Probe
from apps.stages.golive import actions as golive
from apps.stages.golive import days, incidents, windows

NOTES = {
    "external_codes": "Códigos externos e tabelas de replicação limpos no Presence Domain, antes da carga.",
    "test_data": "12 pedidos e 3 clientes de teste cancelados; o conector aponta para a produção.",
    "certificate": "A1 da matriz, válido até março; o contador renova.",
    "nfe_production": "Série 5, próxima nota 5512; o serviço da SEFAZ respondeu “em operação”.",
    "full_load": "4.812 SKUs no ERP e na plataforma, 0 diferenças de saldo.",
    "price_check": "120 produtos sorteados, com promoção e parcelamento.",
    "test_order": "Pedido 100231, NF-e 5512 autorizada e cancelada.",
    "first_orders": "37 pedidos acompanhados em dois dias.",
    "rollback": "A gerente de e-commerce decide; a loja volta ao estoque manual em 30 minutos.",
}


def prepare_go_live(story: StoryBase, *, finish: bool) -> None:
    """Up to the confirmation when ``finish``; otherwise one answer is missing, four points are done, an incident is open."""
    credentials = story.rollout.prerequisites.get(key="production_credentials")
    with story.later(1):
        Probe.objects.create(submission=credentials.last, outcome=Probe.Outcome.VALID, status=200)
    with story.later(4):
        day = _a_day(clock.now() if finish else story.today)
        starts_at = clock.instant_of(day, time(9))
        window = windows.propose(
            story.rollout, by=story.manager, starts_at=starts_at, ends_at=starts_at + timedelta(hours=4),
            reason="A equipe da loja fica de plantão até o dia seguinte." if days.warnings(day, day) else "",
        )  # fmt: skip
    speakers = {role: story.person_for(role) for role in PartyRole.values} | {PartyRole.PRESENCE.value: story.manager}
    for role, person in speakers.items():
        if finish or role != PartyRole.PLATFORM:
            with story.later(3):
                windows.answer(window, role=role, by=person, answer="go")
    if finish:
        story.now = max(story.now, min(starts_at, story.today))
    items = list(story.rollout.golive_items.all())
    for item in items if finish else items[:4]:
        with story.later(3):
            golive.check_item(item, by=story.analyst, note=NOTES.get(item.key, "Conferido"))
    with story.later(2):
        incident = incidents.note(
            story.rollout, by=story.client, severity="severe", owner=PartyRole.INTEGRATOR,
            since=clock.now() - timedelta(hours=1),
            what="Pedidos com dois meios de pagamento chegaram ao ERP só com o primeiro.",
        )  # fmt: skip
    if finish:
        with story.later(4):
            incidents.resolve(
                incident, by=story.integrator, resolution="Versão 1.1.2 no ar; os três pedidos foram corrigidos à mão."
            )


def _a_day(after: datetime) -> date:
    """A business day soon after, and no Friday or eve of a holiday."""
    day = workdays.shift(clock.day_of(after), 2)
    while set(days.warnings(day, day)) - {"season"}:
        day = workdays.shift(day, 1)
    return day
