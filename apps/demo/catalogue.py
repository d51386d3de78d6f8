"""The catalogue of cases in the demonstration: an edition that was published, a draft under way, a rollout's own case."""

from datetime import datetime, timedelta
from typing import Any

from apps.blueprints.editor import drafts
from apps.blueprints.editor import script_actions as actions
from apps.blueprints.models import ScriptDraft
from apps.core import clock
from apps.core.process import PartyRole
from apps.demo.people import Participants
from apps.rollouts.models import Rollout
from apps.stages.homologation.script import actions as script_actions

ORDER_AT_MIDNIGHT: dict[str, Any] = {
    "title": {"pt": "Pedido feito perto da meia-noite", "en": "Order placed near midnight"},
    "actors": [PartyRole.CLIENT.value, PartyRole.INTEGRATOR.value],
    "obligation": "mandatory",
    "condition_key": "",
    "depends": ["PED-01"],
    "preconditions": {
        "pt": "Produto com preço e saldo publicado na loja de teste.",
        "en": "A product with price and stock published in the test shop.",
    },
    "steps": [
        {"pt": "Comprar e pagar às 23h50, no horário de Brasília.", "en": "Buy and pay at 23:50, Brasília time."},
        {"pt": "Conferir data e hora do pedido no ERP.", "en": "Check the order's date and time in the ERP."},
        {"pt": "Repetir no último dia do mês.", "en": "Repeat on the last day of the month."},
    ],
    "expected": {
        "pt": "O pedido tem, nos dois lados, o dia em que o comprador comprou.",
        "en": "On both sides the order has the day on which the buyer bought.",
    },
    "evidence": {"pt": "Número dos dois pedidos e captura", "en": "Numbers of both orders and a screenshot"},
}
LATE_EXCHANGE: dict[str, Any] = {
    "title": {"pt": "Vale-troca emitido na loja física vale no site"},
    "actors": [PartyRole.CLIENT.value, PartyRole.INTEGRATOR.value],
    "obligation": "mandatory",
    "depends": ["PED-01"],
    "preconditions": {"pt": "Vale-troca emitido no caixa da loja de teste."},
    "steps": [{"pt": "Comprar no site usando o vale."}, {"pt": "Conferir o saldo do vale no Presence Domain."}],
    "expected": {"pt": "O vale abate o total e fica sem saldo nos dois lados."},
    "evidence": {"pt": "Número do pedido e extrato do vale"},
}


def edit(participants: Participants, today: datetime) -> None:
    """An edition of a week ago, written by a project manager and published by a manager; yesterday somebody went on."""
    writer, other = participants.people["gerente@presence.demo"], participants.people["gerente2@presence.demo"]
    with clock.at(today - timedelta(days=7)):
        actions.start(by=writer)
        actions.add_case("PED", by=writer, **ORDER_AT_MIDNIGHT)
        _reword("PED-04", writer, expected={
            "pt": "O pedido entra com a forma Pix, assim que o pagamento é confirmado.",
            "en": "The order enters with method Pix, as soon as the payment is confirmed.",
        })  # fmt: skip
    with clock.at(today - timedelta(days=6)):
        actions.publish(
            by=participants.people["gestora@presence.demo"],
            revision=ScriptDraft.objects.get().revision,
            note="Entrou o pedido perto da meia-noite (PED-28), visto no dia errado. PED-04 diz quando o pedido desce.",
        )
    with clock.at(today - timedelta(days=1)):
        actions.start(by=other)
        _reword("PRC-03", other, expected={
            "pt": "O preço entra e sai na hora marcada, no fuso da loja, e volta ao preço normal também no carrinho aberto.",
            "en": "",
        })  # fmt: skip
        actions.move_case("EXP-03", by=other, up=True)


def add_own_case(rollout: Rollout, today: datetime) -> None:
    with clock.at(today - timedelta(days=2)):
        script_actions.add_case(rollout.script, by=rollout.project_manager, process="PED", **LATE_EXCHANGE)


def _reword(code: str, by: Any, **fields: Any) -> None:
    case = ScriptDraft.objects.get().case(code) or {}
    wording = {name: value for name, value in case.items() if name not in ("code", "process")}
    wording = {"condition_key": "", "depends": [], **wording, **fields}
    actions.save_case(code, by=by, seen_fingerprint=drafts.fingerprint(case), **wording)
