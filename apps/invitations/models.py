from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Company, Person, Role
from apps.core import clock
from apps.core.network import mailboxes
from apps.rollouts.models import Rollout

LIFETIME = timedelta(days=7)


def in_a_week() -> Any:
    return clock.now() + LIFETIME


class State(models.TextChoices):
    PENDING = "pending", _("Aguardando")
    EXPIRED = "expired", _("Vencido")
    ACCEPTED = "accepted", _("Aceito")
    REVOKED = "revoked", _("Cancelado")


class Invitation(models.Model):
    """A place in ``company`` offered to an e-mail address. Who accepts it sees the company's rollouts, and is the ``person``
    of its directory who was invited.

    ``rollout`` is the project it was sent from, if any; its timeline tells of it. ``serial`` grows when it is sent
    again, so that an earlier link dies. That a lead was invited, and later came in, is announced once each: to the company's
    other leads and on the timelines of its open rollouts (``actions.announce``); ``announced_to`` holds who was mailed of
    what.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, related_name="invitations")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, null=True, related_name="invitations")
    email = mailboxes.MailboxField(_("e-mail"), max_length=254)
    name = models.CharField(_("nome"), max_length=120)
    role = models.CharField(_("papel"), max_length=16, choices=Role)
    position = models.CharField(_("cargo"), max_length=80, blank=True)
    serial = models.PositiveSmallIntegerField(default=1)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    invited_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(default=in_a_week)
    invited_announced_at = models.DateTimeField(null=True)
    joined_announced_at = models.DateTimeField(null=True)
    announced_to = models.JSONField(default=list)
    mailed_serial = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("convite")
        verbose_name_plural = _("convites")
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "email"], condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_pending_per_address",
            ),
            models.CheckConstraint(condition=Q(email__regex=mailboxes.NORMALISED), name="invitation_email_is_normalised"),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None), name="invitation_accepted_or_revoked"
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None) | Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.email} → {self.company}"

    @property
    def state(self) -> State:
        if self.accepted_at:
            return State.ACCEPTED
        if self.revoked_at:
            return State.REVOKED
        return State.PENDING if clock.now() < self.expires_at else State.EXPIRED
