"""What is signed of the timelines: sheets of heads, and the line of each rollout on them (see ``anchoring``)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class AnchorSheet(models.Model):
    """Heads of timelines that were signed together with Presence's seal; each sheet names the one before by its hash.

    ``content`` is exactly what was signed: canonical JSON with the digests of the sheet's lines. ``seal`` is the signature
    (CMS, DER), with a timestamp where an authority is configured. The database refuses to change or delete a row.
    """

    number = models.PositiveIntegerField(unique=True)
    at = models.DateTimeField()
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    seal = models.BinaryField()
    fingerprint = models.CharField(max_length=64)
    demonstration = models.BooleanField()

    class Meta:
        verbose_name = _("folha de âncoras")
        verbose_name_plural = _("folhas de âncoras")
        ordering = ["number"]
        constraints = [models.CheckConstraint(condition=Q(number__gte=1), name="anchor_sheet_from_one")]

    def __str__(self) -> str:
        return f"#{self.number}"


class ChainAnchor(models.Model):
    """That the event ``sequence`` of a rollout's timeline had the hash ``head`` when the sheet was signed.

    The sheet holds only the digest of this line, so that a rollout's proof (line and sheet) tells nothing of other rollouts.
    The database refuses to change or delete a row.
    """

    sheet = models.ForeignKey(AnchorSheet, on_delete=models.PROTECT, related_name="lines")
    rollout = models.ForeignKey("rollouts.Rollout", on_delete=models.PROTECT, related_name="anchors")
    sequence = models.PositiveIntegerField()
    head = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("âncora do histórico")
        verbose_name_plural = _("âncoras dos históricos")
        ordering = ["rollout", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "sequence"], name="anchor_once_an_event"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="anchor_sequence_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.rollout_id} #{self.sequence}"

    def line(self) -> dict[str, object]:
        """The record whose digest stands on the sheet."""
        return {"rollout": self.rollout_id, "sequence": self.sequence, "hash": self.head}
