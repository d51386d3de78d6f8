"""Who takes part in a rollout besides its four companies of today: those of before, and Presence's analysts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Company, Membership
from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models.rollouts import Rollout


class FormerParty(models.Model):
    """The company that played ``role`` until ``until`` (UTC), when another took its place. What was delivered, signed and
    agreed before that instant stays its own; the project itself it sees no more."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="former_parties")
    role = models.CharField(_("papel"), max_length=12, choices=PartyRole)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="former_parties")
    until = models.DateTimeField(default=clock.now)
    reason = models.TextField(_("motivo"))
    replaced_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("parte anterior")
        verbose_name_plural = _("partes anteriores")
        ordering = ["until", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(role__in=PartyRole.values), name="former_party_role_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="former_party_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.company}"


class Analyst(models.Model):
    """Somebody of Presence who works on a rollout beside its project manager. It ends with their place at Presence."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="analysts")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="analysed_rollouts")
    assigned_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("analista do projeto")
        verbose_name_plural = _("analistas do projeto")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["rollout", "membership"], name="analyst_once_per_rollout")]

    def __str__(self) -> str:
        return str(self.membership.user)
