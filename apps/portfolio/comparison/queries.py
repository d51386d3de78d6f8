"""The completed projects of a time, brought together by who took part, with what tells them apart."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Aggregate, Count, F, FloatField, OuterRef, Subquery, Sum
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.models import Company
from apps.core import clock, workdays
from apps.core.process import PartyRole, Stage
from apps.portfolio.models import ProjectFigures
from apps.rollouts.models import Party

FEW = 5
"""With fewer projects a median says little, and it is said so."""


class By(models.TextChoices):
    """By whom projects are brought together."""

    INTEGRATOR = "integrator", _("Integrador")
    PLATFORM = "platform", _("Plataforma")
    CLIENT = "client", _("Cliente")
    MANAGER = "manager", _("Gerente")


class Percentile(Aggregate):
    """The value that ``share`` (0 to 1) of the values do not exceed, between two of them in proportion."""

    function = "PERCENTILE_CONT"
    template = "%(function)s(%(share)s) WITHIN GROUP (ORDER BY %(expressions)s)"

    def __init__(self, field: str, share: float) -> None:
        super().__init__(F(field), share=share, output_field=FloatField())


@dataclass(frozen=True)
class Line:
    """``count`` completed projects of one company, platform or person. Days are business days: the ``median`` of all, with
    the quartiles ``lower`` and ``upper``, and for each party and on hold the median of theirs. ``sent_back``, ``reopened``
    and ``free_minutes`` are of all of them together."""

    key: int
    name: str
    count: int
    median: float
    lower: float
    upper: float
    parties: Mapping[str, float]
    on_hold: float
    sent_back: int
    reopened: int
    cases: int
    nonconformities: int
    free_minutes: int

    @property
    def has_few(self) -> bool:
        return self.count < FEW

    @property
    def nonconformities_per_100(self) -> float | None:
        """Of 100 cases that were tried; None where none was."""
        return round(100 * self.nonconformities / self.cases, 1) if self.cases else None


def _party(role: PartyRole) -> Subquery:
    return Subquery(Party.objects.filter(rollout=OuterRef("rollout"), role=role).values("company")[:1])


GROUPS: dict[str, tuple[Callable[[], Any], type[models.Model]]] = {
    By.INTEGRATOR: (lambda: _party(PartyRole.INTEGRATOR), Company),
    By.PLATFORM: (lambda: F("rollout__platform"), Platform),
    By.CLIENT: (lambda: _party(PartyRole.CLIENT), Company),
    By.MANAGER: (lambda: F("rollout__project_manager"), User),
}
"""What brings projects together, and what its keys are of."""
ROLES = PartyRole.values


def compare(by: str, *, since: date | None = None, until: date | None = None) -> list[Line]:
    """A line for each of ``by``, by its name, of the projects that were completed from ``since`` through ``until``; in two
    queries whatever their number. What a company or a person had is told of the party or manager of today."""
    rows = ProjectFigures.objects.filter(rollout__stage=Stage.COMPLETED)
    if since:
        rows = rows.filter(rollout__closed_at__gte=clock.instant_of(since))
    if until:
        rows = rows.filter(rollout__closed_at__lt=clock.instant_of(until + workdays.ONE_DAY))
    key, model = GROUPS[by]
    medians = {f"median_{name}": Percentile(f"{name}_days", 0.5) for name in (*ROLES, "held")}
    sums = ("sent_back", "reopened", "cases", "nonconformities", "free_minutes")
    summed: Any = (  # Its fields are named by what they are of.
        rows.order_by()
        .annotate(group=key())
        .values("group")
        .annotate(
            count=Count("pk"),
            median=Percentile("days", 0.5),
            lower=Percentile("days", 0.25),
            upper=Percentile("days", 0.75),
            **medians,
            **{f"sum_{name}": Sum(name) for name in sums},
        )
    )
    groups = list(summed)
    names = model._default_manager.in_bulk([group["group"] for group in groups])
    lines = [
        Line(
            key=group["group"],
            name=str(names.get(group["group"], "")),
            count=group["count"],
            median=_rounded(group["median"]),
            lower=_rounded(group["lower"]),
            upper=_rounded(group["upper"]),
            parties={role: _rounded(group[f"median_{role}"]) for role in ROLES},
            on_hold=_rounded(group["median_held"]),
            **{name: group[f"sum_{name}"] for name in sums},
        )
        for group in groups
    ]
    return sorted(lines, key=lambda line: (line.name.casefold(), line.key))


def _rounded(days: float) -> float:
    return round(days, 1)
