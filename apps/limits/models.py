from django.db import models
from django.utils.translation import gettext_lazy as _


class Count(models.Model):
    """How often something was done within one window of time. ``key`` is a keyed hash of what is counted, for whom and in
    which window, so that a row names nobody; it is of no use after ``ends_at``."""

    key = models.CharField(max_length=64, primary_key=True)
    times = models.PositiveIntegerField(default=1)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("contagem")
        verbose_name_plural = _("contagens")

    def __str__(self) -> str:
        return f"{self.key[:8]}: {self.times}"
