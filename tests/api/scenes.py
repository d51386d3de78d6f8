"""A rollout in homologation with an open round, and a tool that reports to it."""

from apps.core.process import Stage
from apps.stages.homologation.execution import actions
from apps.stages.homologation.models import Case, Script
from apps.stages.homologation.script import actions as script_actions
from tests.rollouts.factories import RolloutFactory, at_stage

CASES = [("PED-01", "mandatory"), ("PED-02", "mandatory"), ("PED-03", "optional"), ("EST-10", "conditional")]


def in_homologation(*, opened: bool = True):
    """Four cases, of which ``EST-10`` does not apply (the condition ``kit`` is off); ``PED-02`` depends on ``PED-01``."""
    rollout = at_stage(RolloutFactory(), Stage.HOMOLOGATION)
    processes = [{"key": "PED", "title": {"pt": "Pedidos", "en": "Orders"}}, {"key": "EST", "title": {"pt": "Estoque"}}]
    script = Script.objects.create(rollout=rollout, version=1, title="Roteiro", processes=processes)
    for position, (code, obligation) in enumerate(CASES, start=1):
        Case.objects.create(
            script=script, position=position, code=code, process=code[:3], obligation=obligation,
            title={"pt": f"Caso {code}", "en": f"Case {code}"}, steps=[{"pt": "Comprar", "en": "Buy"}],
            expected={"pt": "Pedido no ERP", "en": "Order in the ERP"}, applies=obligation != "conditional",
            depends=["PED-01"] if code == "PED-02" else [],
            condition_key="kit" if obligation == "conditional" else "",
            condition={"pt": "Vende kits", "en": "Sells kits"} if obligation == "conditional" else {},
        )  # fmt: skip
    script.rollout = rollout
    script_actions.freeze(script, by=rollout.people["analyst"])
    if opened:
        actions.start_round(script, by=rollout.people["analyst"])
    rollout.script = script
    return rollout
