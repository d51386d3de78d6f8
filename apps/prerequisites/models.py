from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized, LocalizedField
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.rollouts.stages import Gate, PartyRole
from apps.vault.models import Secret


class Prerequisite(models.Model):
    """Something a party must deliver for one rollout, copied from the blueprint when it started.

    ``since`` is the instant from which whoever must act next has owed it: the owner while it is pending or rejected,
    Presence while it waits for review.
    """

    class Kind(models.TextChoices):
        DOCUMENT = "document", _("Documento")
        LINK = "link", _("Link")
        STATEMENT = "statement", _("Declaração")
        CREDENTIAL = "credential", _("Credencial")
        CONTACT = "contact", _("Contatos")

    class State(models.TextChoices):
        PENDING = "pending", _("A entregar")
        SUBMITTED = "submitted", _("Em conferência")
        ACCEPTED = "accepted", _("Aceito")
        REJECTED = "rejected", _("Devolvido")

    class Environment(models.TextChoices):
        HOMOLOGATION = "homologation", _("Homologação")
        PRODUCTION = "production", _("Produção")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="prerequisites")
    key = models.SlugField(max_length=60)
    position = models.PositiveSmallIntegerField()
    title = LocalizedField()
    help = LocalizedField()
    where = LocalizedField()
    owner = models.CharField(max_length=12, choices=PartyRole)
    gate = models.CharField(max_length=24, choices=Gate)
    kind = models.CharField(max_length=12, choices=Kind)
    environment = models.CharField(max_length=14, choices=Environment, blank=True)
    waivable = models.BooleanField(default=False)
    fields = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    since = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("pré-requisito")
        verbose_name_plural = _("pré-requisitos")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "key"], name="prerequisite_once_per_rollout"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "submitted", "accepted", "rejected"]),
                name="prerequisite_state_is_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def is_due(self) -> bool:
        """Its owner must act: nothing was delivered, or what was delivered came back."""
        return self.state in (self.State.PENDING, self.State.REJECTED)

    @property
    def last(self) -> "Submission | None":
        return max(self.submissions.all(), key=lambda submission: submission.number, default=None)

    def specs(self) -> list[dict[str, Any]]:
        """The credential's fields: name, label, help (in the reader's language) and whether secret."""
        return [{**row, "label": Localized.of(row["label"]), "help": Localized.of(row["help"])} for row in self.fields]


class Submission(models.Model):
    """One delivery of a prerequisite and what was decided of it. Deliveries are kept for ever."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("Aceito")
        REJECTED = "rejected", _("Devolvido")

    prerequisite = models.ForeignKey(Prerequisite, on_delete=models.CASCADE, related_name="submissions")
    number = models.PositiveSmallIntegerField()
    text = models.TextField(blank=True)
    link = models.URLField(max_length=500, blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    values = models.JSONField(default=dict)
    secrets = models.ManyToManyField(Secret, related_name="+")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(default=clock.now)
    decision = models.CharField(max_length=10, choices=Decision, blank=True)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("entrega")
        verbose_name_plural = _("entregas")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["prerequisite", "number"], name="submission_number_once"),
            models.CheckConstraint(
                condition=~Q(decision="rejected") | ~Q(reason=""), name="submission_rejected_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prerequisite} #{self.number}"

    def shown(self) -> list[tuple[str, str, bool]]:
        """``(label, value, is secret)`` of a credential's fields; a secret has no value here, only that it is kept."""
        kept = {secret.field for secret in self.secrets.all()}
        return [
            (str(spec["label"]), "" if spec["secret"] else self.values.get(spec["name"], ""), spec["secret"])
            for spec in self.prerequisite.specs()
            if self.values.get(spec["name"]) or spec["name"] in kept
        ]

    def contacts(self) -> list[dict[str, str]]:
        return self.values.get("contacts", [])
