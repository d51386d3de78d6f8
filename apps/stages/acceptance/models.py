from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole


class AcceptanceTerm(models.Model):
    """One version of the term. ``record`` is what it says, as data; the PDF is made from it and nothing else."""

    class State(models.TextChoices):
        DRAFTED = "drafted", _("Gerando PDF")
        READY = "ready", _("Aguardando assinaturas")
        SIGNED = "signed", _("Assinado")
        REFUSED = "refused", _("Recusado")
        SUPERSEDED = "superseded", _("Substituído")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="terms")
    version = models.PositiveSmallIntegerField(_("versão"))
    state = models.CharField(max_length=10, choices=State, default=State.DRAFTED)
    record = models.JSONField()
    record_sha256 = models.CharField(max_length=64)
    pdf = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(default=clock.now)
    rendered_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("termo de aceite")
        verbose_name_plural = _("termos de aceite")
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "version"], name="term_version_once"),
            models.UniqueConstraint(
                fields=["rollout"], condition=Q(state__in=["drafted", "ready", "signed"]), name="term_one_in_force"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ready", "signed"]) | Q(pdf__isnull=False), name="term_ready_with_its_pdf"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rollout.code}-T{self.version}"


class Signatory(models.Model):
    """Somebody who signs for a party. What is signed is the PDF's hash."""

    class State(models.TextChoices):
        PENDING = "pending", _("A assinar")
        SIGNED = "signed", _("Assinou")
        REFUSED = "refused", _("Recusou")

    term = models.ForeignKey(AcceptanceTerm, on_delete=models.CASCADE, related_name="signatories")
    role = models.CharField(_("parte"), max_length=12, choices=PartyRole)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    name = models.CharField(_("nome"), max_length=120)
    email = models.EmailField(_("e-mail"))
    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    since = models.DateTimeField(default=clock.now)
    signed_at = models.DateTimeField(null=True)
    signed_sha256 = models.CharField(max_length=64, blank=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=300, blank=True)
    reason = models.TextField(_("motivo da recusa"), blank=True)

    class Meta:
        verbose_name = _("signatário")
        verbose_name_plural = _("signatários")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["term", "role"], name="signatory_one_per_role"),
            models.CheckConstraint(
                condition=~Q(state="signed") | Q(signed_at__isnull=False) & ~Q(signed_sha256=""),
                name="signatory_signed_with_hash_and_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | ~Q(reason=""), name="signatory_refused_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_role_display()})"

    @property
    def rollout(self) -> Rollout:
        return self.term.rollout
