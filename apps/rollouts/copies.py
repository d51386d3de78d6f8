"""A new rollout that is prepared from another, of whatever companies: what it takes over of it."""

from collections.abc import Collection

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import plugins, workdays
from apps.rollouts import planning
from apps.rollouts.models import Rollout


class Part(models.TextChoices):
    """What a new rollout may take over. Never credentials, deliveries, hours, results or decisions of its kickoff."""

    WORKSHEET = "worksheet", _("Modelo, métodos e ficha de integração")
    CONTACTS = "contacts", _("Contatos aceitos, das empresas que são as mesmas")
    ANALYSTS = "analysts", _("Analistas")
    CASES = "cases", _("Casos próprios do roteiro de homologação")
    PLAN = "plan", _("Duração das etapas no plano")


def take_over(rollout: Rollout, source: Rollout, parts: Collection[str]) -> None:
    """Copy the ``parts`` of ``source`` into ``rollout``, which was made just now and has no event yet."""
    for plugin in plugins.plugins():
        for part, copy in plugin.copied.items():
            if part in parts:
                copy(rollout, source)


def copy_plan_lengths(rollout: Rollout, source: Rollout) -> None:
    """Plan the stages of ``rollout`` as long, in business days, as ``source`` plans them; as long as usual where it gives a
    stage no day, as one that was taken over from elsewhere does. Nothing where its plan is not complete."""
    before, plan = planning.starts(source), planning.starts(rollout)
    if set(before) < {stage.value for stage in planning.STEPS} or not plan:
        return
    usual = planning.usual_lengths()
    lengths = {
        stage.value: max(workdays.between(before[stage], before[following]), 0) or usual.get(stage.value, 1)
        for stage, following in zip(planning.STEPS[:-1], planning.STEPS[1:], strict=True)
    }
    planning.keep(rollout, planning.propose(plan[planning.STEPS[0]], rollout.target_date, lengths))
