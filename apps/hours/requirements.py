from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.blueprints import content
from apps.core import minutes
from apps.hours import queries
from apps.hours.models import Policy
from apps.rollouts import registry
from apps.rollouts.models import Rollout


@registry.on_start
def copy_the_policy(rollout: Rollout) -> None:
    policy = content.hours_policy()
    Policy.objects.create(
        rollout=rollout,
        training_allowance=policy.training_allowance,
        homologation_allowance=policy.homologation_allowance,
        hourly_rate=policy.hourly_rate,
    )


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    for allowance in queries.allowances(rollout):
        full = allowance.left == 0
        used = f"{minutes.show(allowance.used)} / {minutes.show(allowance.size)}"
        yield registry.Fact(allowance.label, used, "warning" if full else "neutral")
    totals = queries.totals(queries.lines(rollout))
    if totals["billable"]:
        yield registry.Fact(_("Extras cobradas"), minutes.show(totals["billable"]))
    if totals["free"]:
        yield registry.Fact(_("Extras não cobradas"), minutes.show(totals["free"]))


registry.add_room(
    registry.Room(
        key="hours", title=gettext_lazy("Horas"), icon="clock", url_name="hours:room", summary=summary, position=80
    )
)
