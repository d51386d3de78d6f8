from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Appointment(models.Model):
    """Something of a rollout with a ``scheduled_at``, which the client confirms. A new date asks again.

    ``scheduled_by`` is who at Presence set the date that stands.
    """

    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    objection = models.TextField(_("por que a data não serve"), blank=True)

    class Meta:
        abstract = True

    def ask_again(self) -> None:
        """Forget the answer: the date changed. Whoever calls this saves."""
        self.confirmed_by = self.confirmed_at = None
        self.objection = ""
