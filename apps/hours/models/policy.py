"""What a rollout's hours cost and how much of them is included, in versions."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.hours import classification
from apps.hours.classification import Rounding
from apps.rollouts.models import Rollout

FROM_THE_START = date(2000, 1, 1)


class Policy(models.Model):
    """One version of a rollout's hour policy; the first is copied from the blueprint. Minutes; centavos an hour.

    Versions are only ever added: the database refuses to change one. Which holds on a day, ``classification.in_force`` says.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="hours_policies")
    number = models.PositiveSmallIntegerField(default=1)
    effective_from = models.DateField(_("vale a partir de"), default=FROM_THE_START)
    training_allowance = models.PositiveIntegerField(_("franquia de treinamento"), default=240)
    homologation_allowance = models.PositiveIntegerField(_("franquia de homologação"), default=360)
    hourly_rate = models.PositiveIntegerField(_("valor da hora"), default=25000)
    training_rate = models.PositiveIntegerField(_("valor da hora de treinamento"), null=True)
    follow_up_rate = models.PositiveIntegerField(_("valor da hora de acompanhamento"), null=True)
    homologation_rate = models.PositiveIntegerField(_("valor da hora de homologação"), null=True)
    increment = models.PositiveSmallIntegerField(_("incremento mínimo"), default=1)
    rounding = models.CharField(_("arredondamento"), max_length=8, choices=Rounding, default=Rounding.NONE)

    class Meta:
        verbose_name = _("política de horas")
        verbose_name_plural = _("políticas de horas")
        ordering = ["effective_from", "number"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="policy_number_once"),
            models.CheckConstraint(
                condition=Q(increment__gte=1, increment__lte=240), name="policy_increment_in_minutes"
            ),
            models.CheckConstraint(condition=Q(rounding__in=Rounding.values), name="policy_rounding_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.number}"

    @property
    def from_the_start(self) -> bool:
        return self.effective_from == FROM_THE_START

    def terms(self) -> dict[str, int | str | None]:
        """What it says, as plain JSON."""
        names = (
            "training_allowance", "homologation_allowance", "hourly_rate", "training_rate", "follow_up_rate",
            "homologation_rate", "increment", "rounding",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names}

    def rules(self) -> classification.Rules:
        return classification.Rules(**self.terms(), effective_from=self.effective_from)  # type: ignore[arg-type]
