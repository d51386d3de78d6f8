from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.rollouts.models import Rollout


class Draft(models.Model):
    """What a person typed into the form of a matter and did not send yet. Never a secret, never a file."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="drafts")
    requirement = models.CharField(max_length=120)
    data = models.JSONField()
    saved_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("rascunho")
        verbose_name_plural = _("rascunhos")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(fields=["user", "rollout", "requirement"], name="draft_once_per_person_and_matter")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.requirement}"
