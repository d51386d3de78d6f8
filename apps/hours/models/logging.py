"""A person's own desk: the running timer, and time that waits to be confirmed. Nothing here counts before it is logged."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.hours.classification import Activity
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity


class Timer(models.Model):
    """The running timer of a person: one, on whatever device it was started. Stopped, it becomes a ``Proposal``."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hours_timer")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="+")
    activity = models.CharField(_("atividade"), max_length=14, choices=Activity)
    nonconformity = models.ForeignKey(
        Nonconformity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("não conformidade"),
    )  # fmt: skip
    note = models.CharField(_("o que foi feito"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("início"), default=clock.now)

    class Meta:
        verbose_name = _("cronômetro")
        verbose_name_plural = _("cronômetros")

    def __str__(self) -> str:
        return f"{self.person}: {self.rollout}"


class Proposal(models.Model):
    """Time that a person may log with one press: what a timer measured, or their part in a session.

    A session's proposal is worked out when it is read and becomes a row once it was answered, so that it is never made
    again. ``minutes`` is empty where only the person knows.
    """

    class State(models.TextChoices):
        OPEN = "open", _("A confirmar")
        LOGGED = "logged", _("Apontada")
        DISMISSED = "dismissed", _("Dispensada")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="hours_proposals")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="+")
    source = models.CharField(max_length=60)
    activity = models.CharField(_("atividade"), max_length=14, choices=Activity)
    nonconformity = models.ForeignKey(
        Nonconformity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("não conformidade"),
    )  # fmt: skip
    note = models.CharField(_("o que foi feito"), max_length=300, blank=True)
    started_at = models.DateTimeField(_("início"))
    minutes = models.PositiveIntegerField(_("duração"), null=True)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("proposta de apontamento")
        verbose_name_plural = _("propostas de apontamento")
        ordering = ["started_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["person", "source"], name="proposal_source_once_a_person")]

    def __str__(self) -> str:
        return f"{self.person}: {self.source}"
