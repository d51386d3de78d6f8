from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Membership
from apps.core import clock


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user) -> "SavedViewQuerySet":
        """The person's own, and those that somebody of a company of theirs shares."""
        companies = Membership.objects.filter(user=user).values("company")
        colleagues = Membership.objects.filter(company__in=companies).values("user")
        return self.filter(Q(owner=user) | Q(is_shared=True, owner__in=colleagues))


class SavedView(models.Model):
    """Filters, columns and order of the list of projects under a name. Whoever opens it sees the projects that they may see.

    ``query`` holds the parameters of the address, each with its values; ``layout`` is the page that shows them.
    """

    class Layout(models.TextChoices):
        TABLE = "table", _("Tabela")
        BOARD = "board", _("Quadro")
        TIME = "time", _("Linha do tempo")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("nome"), max_length=60)
    layout = models.CharField(max_length=8, choices=Layout, default=Layout.TABLE)
    query = models.JSONField(default=dict)
    is_shared = models.BooleanField(_("mostrar aos colegas da empresa"), default=False)
    saved_at = models.DateTimeField(default=clock.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("visão salva")
        verbose_name_plural = _("visões salvas")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once_per_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("portfolio:saved_view", args=[self.pk])
