"""Change a rollout's hour policy: a new version from a day of an open month on. What is closed keeps the version it had."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.refusals import Invalid, require
from apps.hours import events, queries
from apps.hours.ledger import actions
from apps.hours.models import Policy
from apps.rollouts import numbering, timeline
from apps.rollouts.models import Rollout

LIMIT = 1000 * 60
RATE_LIMIT = 10_000_000


def change(
    rollout: Rollout,
    *,
    by: User,
    effective_from: date,
    training_allowance: int,
    homologation_allowance: int,
    hourly_rate: int,
    training_rate: int | None = None,
    follow_up_rate: int | None = None,
    homologation_rate: int | None = None,
    increment: int = 1,
    rounding: str = "none",
) -> Policy:
    """Add a version that holds from ``effective_from`` until the next version's day; of two of one day, the later made.

    Minutes; centavos an hour, None where ``hourly_rate`` serves. ``effective_from`` is never in a closed month, so the
    open part is classified anew and nothing else. An allowance that gets smaller than what was used takes nothing back:
    what follows is billable. One that grows serves the work from that day on.
    """
    require(by, "hours.change_policy", rollout)
    with timeline.changing(rollout) as rollout:
        first = queries.first_open_month(rollout)
        if first and effective_from < first:
            raise Invalid(
                _("Um mês fechado não muda: a política pode mudar a partir de %(day)s.")
                % {"day": date_format(first, "d/m/Y")},
                field="effective_from",
            )
        if effective_from.year < 2000 or effective_from.year > 2199:
            raise Invalid(_("Confira o ano."), field="effective_from")
        rates = {
            "training_rate": training_rate,
            "follow_up_rate": follow_up_rate,
            "homologation_rate": homologation_rate,
        }
        for name, value in {"hourly_rate": hourly_rate, **rates}.items():
            if value is not None and not 0 <= value <= RATE_LIMIT:
                raise Invalid(_("O valor da hora vai de R$ 0,00 a R$ 100.000,00."), field=name)
        for name, value in {
            "training_allowance": training_allowance, "homologation_allowance": homologation_allowance
        }.items():  # fmt: skip
            if not 0 <= value <= LIMIT:
                raise Invalid(_("A franquia vai de 0 a 1000 horas."), field=name)
        if not 1 <= increment <= 240:
            raise Invalid(_("O incremento vai de 1 a 240 minutos."), field="increment")
        if not rollout.hours_policies.exists():
            Policy.objects.create(rollout=rollout)
        before = queries.policy_in_force(rollout, effective_from)
        policy = Policy(
            rollout=rollout,
            number=numbering.next_number(rollout, rollout.hours_policies),
            effective_from=effective_from,
            training_allowance=training_allowance,
            homologation_allowance=homologation_allowance,
            hourly_rate=hourly_rate,
            increment=increment,
            rounding=rounding,
            **rates,
        )
        if policy.terms() == before.terms():
            raise Invalid(_("Nada mudou em relação à política que já vale neste dia."))
        policy.save(force_insert=True)
        actions.reclassify(rollout)
        event = events.PolicyChanged(
            number=policy.number, effective_from=effective_from, before=before.terms(), after=policy.terms()
        )
        timeline.record(rollout, event, by)
        return policy
