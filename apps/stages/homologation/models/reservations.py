"""Exceptions that client and Presence agree to."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation.models.script import Case


class Reservation(models.Model):
    """A case accepted without having passed: an exception with owner and deadline, agreed by client and Presence.

    ``proposed_party`` is the role for which ``proposed_by`` proposed it.
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="reservations")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reservations")
    text = models.TextField(_("ressalva"))
    owner = models.CharField(_("responsável"), max_length=12, choices=PartyRole)
    deadline = models.DateField(_("prazo"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_party = models.CharField(max_length=12, choices=PartyRole)
    proposed_at = models.DateTimeField(default=clock.now)
    client_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    presence_agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    agreed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ressalva")
        verbose_name_plural = _("ressalvas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=Q(withdrawn_at=None), name="reservation_one_per_case"),
            models.CheckConstraint(
                condition=~Q(client_agreed_by=models.F("presence_agreed_by")), name="reservation_agreed_by_two_people"
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def is_agreed(self) -> bool:
        return self.withdrawn_at is None and self.agreed_at is not None
