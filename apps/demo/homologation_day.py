"""The homologation of a demonstration rollout: sessions, rounds, results by people and by a machine, nonconformities."""

from datetime import timedelta

from apps.core import clock
from apps.core.process import PartyRole
from apps.demo import papers
from apps.demo.hours_chapters import HoursChapters
from apps.demo.story_base import at_work
from apps.hours.ledger import proposals
from apps.meetings import actions as meetings
from apps.meetings.models import Meeting, MeetingKind
from apps.meetings.people import Guest
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions, round_reports
from apps.stages.homologation.meetings import actions as sessions
from apps.stages.homologation.models import Script
from apps.stages.homologation.nonconformities import actions as nonconformities

FAILING = {
    "PRO-08": {"note": "A imagem principal não troca.", "severity": "minor"},
    "PED-16": {"note": "Pedido some sem erro.", "severity": "blocking"},
}
SHOTS = {"PRO-01": ["CAM-1020", "Camiseta basica", "R$ 59,90"], "EST-01": ["CAM-1020-P", "Saldo: 12"]}
MACHINE = "CI do conector"


def first_round(story: HoursChapters) -> None:
    """Run every case once, in one session a day; two cases fail."""
    script = Script.objects.get(rollout=story.rollout)
    with story.later(24):
        round_ = actions.start_round(script, by=story.analyst)
    session: Meeting | None = None
    last = story.now
    for status in queries.case_statuses(script):
        if not status.case.applies:
            continue
        with story.later(0.07):
            if session and _day(story.now) != _day(last):
                with clock.at(last):
                    sessions.end(session, by=story.analyst)
                session = None
            session = session or _meet(story, script)
            _execute(story, status.case)
        last = story.now
    with story.later(0.05):
        if session:
            sessions.end(session, by=story.analyst)
        round_reports.add(
            round_, by=story.integrator, title="Teste de carga: 300 pedidos em uma hora", file=papers.load_test()
        )
    story.log("homologation", 330, "Primeira rodada de homologação")
    _forget_proposals(story)


def second_round(story: HoursChapters) -> None:
    """Fix, retest and verify what failed."""
    script = Script.objects.get(rollout=story.rollout)
    with story.later(1):
        actions.close_round(script, by=story.analyst)
    for nonconformity in story.rollout.nonconformities.all():
        with story.later(30):
            nonconformities.mark_fixed(
                nonconformity, by=story.integrator, fix_version="1.0.1", fix_note="Corrigido e testado."
            )
    with story.later(20):
        actions.start_round(script, by=story.analyst)
        session = _meet(story, script)
    for case in queries.to_run(script):
        with story.later(0.5):
            actions.record_result(case, by=story.analyst, outcome="passed", evidence_text="Retestado na 1.0.1")
            for nonconformity in case.nonconformities.filter(state="fixed"):
                nonconformities.verify_fix(nonconformity, by=story.client)
    with story.later(0.2):
        sessions.end(session, by=story.analyst)
    with story.later(1):
        actions.close_round(script, by=story.analyst)
    story.log("homologation", 90, "Reteste da NC-1", nonconformity=story.rollout.nonconformities.first())
    story.log("homologation", 60, "Revisão final do roteiro")
    _forget_proposals(story)


def second_round_underway(story: HoursChapters) -> None:
    """The minor nonconformity is fixed, and a machine reports its case as passed; the blocking one is still discussed."""
    script = Script.objects.get(rollout=story.rollout)
    light, grave = story.rollout.nonconformities.order_by("number")
    with story.later(1):
        actions.close_round(script, by=story.analyst)
    talk = [
        (story.integrator, "Reproduzimos com o pedido 4411. A fila descarta o pedido sem CEP."),
        (story.client, "Acontece só com retirada na loja, que não tem CEP de entrega."),
        (story.analyst, "Na retirada o CEP é o da loja. Podem mandar assim na próxima versão?"),
    ]
    for person, text in talk:
        with story.later(2):
            nonconformities.comment(grave, by=person, text=text)
    with story.later(2):
        nonconformities.mark_fixed(
            light, by=story.integrator, fix_version="1.0.1", fix_note="A troca vai na mesma mensagem."
        )
    with story.later(1):
        actions.start_round(script, by=story.analyst)
    with story.later(0.5):
        actions.record_result(
            light.case, by=story.integrator, outcome="passed", machine=MACHINE,
            evidence_text="12 de 12 verificações passaram", evidence_link="https://ci.conecta.example/execucoes/4821",
        )  # fmt: skip
    with story.later(0.2):
        meetings.plan(
            story.rollout, MeetingKind.HOMOLOGATION, by=story.analyst, planned_minutes=60,
            planned_start=at_work(story.today + timedelta(days=2)).replace(hour=14, minute=0),
        )  # fmt: skip


def _meet(story: HoursChapters, script: Script) -> Meeting:
    return sessions.start(
        script, by=story.analyst,
        present=[
            (PartyRole.PRESENCE, story.analyst), (PartyRole.CLIENT, story.client),
            (PartyRole.INTEGRATOR, story.integrator), (PartyRole.CLIENT, Guest("Rita do estoque")),
        ],
    )  # fmt: skip


def _execute(story: HoursChapters, case) -> None:
    if case.code in FAILING:
        due = clock.today() + timedelta(days=4)
        actions.record_result(
            case, by=story.analyst, outcome="failed", owner=PartyRole.INTEGRATOR, due=due,
            evidence_files=[papers.screen(f"{case.code}.png", ["Erro", FAILING[case.code]["note"]])],
            note=FAILING[case.code]["note"], severity=FAILING[case.code]["severity"],
        )  # fmt: skip
        return
    shots = [papers.screen(f"{case.code}.png", SHOTS[case.code])] if case.code in SHOTS else []
    link = f"https://homolog.{story.client_key}.example/pedidos/1001" if case.code == "PED-01" else ""
    actions.record_result(
        case, by=story.analyst, outcome="passed", evidence_text=f"Conferido: {case.code}", evidence_link=link,
        evidence_files=shots,
    )  # fmt: skip


def _forget_proposals(story: HoursChapters) -> None:
    """Dismiss what the sessions propose: their time is part of the entries that were logged."""
    with clock.at(story.now):
        for proposal in proposals.pending(story.analyst, story.reload()):
            if proposal.activity == "homologation":
                proposals.dismiss(proposal, by=story.analyst)


def _day(instant):
    return clock.day_of(instant)
