"""Change a rollout's hour policy: a new version from a day of an open month on. What is closed keeps the version it had, and
no hour that was logged already gets dearer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.core import canonical, clock, money
from apps.core.refusals import Invalid, Refusal, require
from apps.hours import classification, events, queries
from apps.hours.ledger import actions
from apps.hours.models import Policy, TimeEntry
from apps.rollouts import numbering, timeline
from apps.rollouts.models import Rollout

LIMIT = 1000 * 60
RATE_LIMIT = 10_000_000


@dataclass(frozen=True)
class Effect:
    """An entry of an open month whose lines a version would change."""

    entry: TimeEntry
    before: Sequence[classification.Line]
    after: Sequence[classification.Line]

    @property
    def difference(self) -> int:
        """Centavos more, or fewer when negative, that the client pays for the entry."""
        return sum(line.amount for line in self.after) - sum(line.amount for line in self.before)


class UnseenEffects(Refusal):
    """The version would change entries, and the person was not shown that, or was shown something else (409)."""

    def __init__(self, effects: Sequence[Effect]) -> None:
        super().__init__(_("Veja abaixo o que muda nos apontamentos já registrados e confirme."))
        self.effects = effects


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
    shown_effects: str | None = None,
) -> Policy:
    """Add a version that holds from ``effective_from`` until the next version's day; of two of one day, the later made.

    Minutes; centavos an hour, None where ``hourly_rate`` serves. ``effective_from`` is never in a closed month, so the
    open part is classified anew and nothing else. An allowance that gets smaller than what was used takes nothing back:
    what follows is billable. One that grows serves the work from that day on.

    A version that makes the client pay more for hours that were logged already is ``Invalid``: it holds for new hours only.
    ``shown_effects`` is the ``receipt`` of the effects that the person was shown; ``UnseenEffects`` when they are others.
    """
    require(by, "hours.change_policy", rollout)
    terms = {
        "training_allowance": training_allowance, "homologation_allowance": homologation_allowance,
        "hourly_rate": hourly_rate, "training_rate": training_rate, "follow_up_rate": follow_up_rate,
        "homologation_rate": homologation_rate, "increment": increment, "rounding": rounding,
    }  # fmt: skip
    with timeline.changing(rollout) as rollout:
        _check(rollout, effective_from, terms)
        if not rollout.hours_policies.exists():
            Policy.objects.create(rollout=rollout)
        before = queries.policy_in_force(rollout, effective_from)
        number = numbering.next_number(rollout, rollout.hours_policies)
        policy = Policy(rollout=rollout, number=number, effective_from=effective_from, **terms)
        if policy.terms() == before.terms():
            raise Invalid(_("Nada mudou em relação à política que já vale neste dia."))
        changed_entries = effects(rollout, policy)
        _refuse_to_charge_more(changed_entries)
        if shown_effects is not None and changed_entries and shown_effects != receipt(changed_entries):
            raise UnseenEffects(changed_entries)
        policy.save(force_insert=True)
        actions.reclassify(rollout)
        event = events.PolicyChanged(
            number=policy.number, effective_from=effective_from, before=before.terms(), after=policy.terms()
        )
        timeline.record(rollout, event, by)
        return policy


def effects(rollout: Rollout, policy: Policy) -> list[Effect]:
    """What the version ``policy``, which is not saved yet, would change in the entries of open months, in their order."""
    entries = {entry.number: entry for entry in queries.open_entries(rollout)}
    closed = queries.closed_so_far(rollout, entries.values())
    works, versions = [entry.work() for entry in entries.values()], queries.rules(rollout)
    before = _by_entry(classification.classify(works, versions, closed))
    after = _by_entry(classification.classify(works, [*versions, policy.rules()], closed))
    return [
        Effect(entry, before.get(number, []), after.get(number, []))
        for number, entry in entries.items()
        if before.get(number) != after.get(number)
    ]


def receipt(changed_entries: Iterable[Effect]) -> str:
    """What a page sends back that showed ``changed_entries``."""
    return canonical.sha256(
        [
            [effect.entry.number, *([line.hour_class, line.minutes, line.amount] for line in effect.after)]
            for effect in changed_entries
        ]
    )


def _by_entry(lines: Iterable[classification.Line]) -> dict[int, list[classification.Line]]:
    result: dict[int, list[classification.Line]] = {}
    for line in lines:
        result.setdefault(line.entry, []).append(line)
    return result


def _refuse_to_charge_more(changed_entries: Sequence[Effect]) -> None:
    """Raise ``Invalid`` when the client would pay more for what was logged already of an activity: within one, an allowance
    may pass from an entry to another; what another activity costs less makes up for nothing."""
    differences: dict[str, int] = {}
    for effect in changed_entries:
        differences[effect.entry.activity] = differences.get(effect.entry.activity, 0) + effect.difference
    dearer_activities = {activity: more for activity, more in differences.items() if more > 0}
    if not dearer_activities:
        return
    dearer = [
        effect for effect in changed_entries if effect.entry.activity in dearer_activities and effect.difference > 0
    ]
    last = max(clock.day_of(effect.entry.started_at) for effect in dearer)
    raise Invalid(
        ngettext(
            "O cliente pagaria %(amount)s a mais por %(n)d apontamento já registrado. Um preço maior vale só para horas"
            " novas: escolha %(day)s ou depois.",
            "O cliente pagaria %(amount)s a mais por %(n)d apontamentos já registrados. Um preço maior vale só para horas"
            " novas: escolha %(day)s ou depois.",
            len(dearer),
        )
        % {
            "amount": money.show(sum(dearer_activities.values())),
            "n": len(dearer),
            "day": date_format(last + timedelta(days=1), "d/m/Y"),
        },
        field="effective_from",
    )


def _check(rollout: Rollout, effective_from: date, terms: dict) -> None:
    """Raise ``Invalid``, naming the field, for a day or a value that no version can have."""
    first = queries.first_open_month(rollout)
    if first and effective_from < first:
        raise Invalid(
            _("Um mês fechado não muda: a política pode mudar a partir de %(day)s.")
            % {"day": date_format(first, "d/m/Y")},
            field="effective_from",
        )
    if effective_from.year < 2000 or effective_from.year > 2199:
        raise Invalid(_("Confira o ano."), field="effective_from")
    for name in ("hourly_rate", "training_rate", "follow_up_rate", "homologation_rate"):
        if terms[name] is not None and not 0 <= terms[name] <= RATE_LIMIT:
            raise Invalid(_("O valor da hora vai de R$ 0,00 a R$ 100.000,00."), field=name)
    for name in ("training_allowance", "homologation_allowance"):
        if not 0 <= terms[name] <= LIMIT:
            raise Invalid(_("A franquia vai de 0 a 1000 horas."), field=name)
    if not 1 <= terms["increment"] <= 240:
        raise Invalid(_("O incremento vai de 1 a 240 minutos."), field="increment")
