from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Company, Membership
from apps.core import clock
from apps.core.database.unaccented import by_name


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def visible_to(self, user) -> "SavedViewQuerySet":
        """The person's own, and those that are shared with a company of theirs."""
        companies = Membership.objects.filter(user=user).values("company")
        return self.filter(Q(owner=user) | Q(shared_with__in=companies))


class SavedView(models.Model):
    """Filters, columns and order of the list of projects under a name. Whoever opens it sees the projects that they may see.

    ``query`` holds the parameters of the address, each with its values; ``layout`` is the page that shows them. The people of
    the company ``shared_with`` find it too, also when who saved it is no longer one of them.
    """

    class Layout(models.TextChoices):
        TABLE = "table", _("Tabela")
        BOARD = "board", _("Quadro")
        TIME = "time", _("Linha do tempo")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    name = models.CharField(_("nome"), max_length=60)
    layout = models.CharField(max_length=8, choices=Layout, default=Layout.TABLE)
    query = models.JSONField(default=dict)
    shared_with = models.ForeignKey(
        Company,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("mostrar também a quem é de"),
    )
    saved_at = models.DateTimeField(default=clock.now)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        verbose_name = _("visão salva")
        verbose_name_plural = _("visões salvas")
        ordering = [*by_name("name"), "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_view_once_per_name"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_view_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("portfolio:saved_view", args=[self.pk])
