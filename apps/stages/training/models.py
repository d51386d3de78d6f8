from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.localized import LocalizedField
from apps.meetings.models import Meeting
from apps.rollouts.models import Rollout


class Topic(models.Model):
    """A topic of the syllabus, copied from the blueprint. ``covered_in`` is the meeting that taught it."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="training_topics")
    position = models.PositiveSmallIntegerField()
    title = LocalizedField()
    minutes = models.PositiveSmallIntegerField(_("duração prevista em minutos"))
    covered_in = models.ForeignKey(Meeting, on_delete=models.SET_NULL, null=True, related_name="topics")

    class Meta:
        verbose_name = _("tópico")
        verbose_name_plural = _("tópicos")
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.title)
