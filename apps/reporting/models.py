from django.db import models
from django.utils.translation import gettext_lazy as _


class Holiday(models.Model):
    """A national holiday as ``core.workdays`` counts it, kept so that the database can count business days too."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)

    class Meta:
        verbose_name = _("feriado")
        verbose_name_plural = _("feriados")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"
