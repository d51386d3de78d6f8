"""Closed months, of a rollout and of a client over all of theirs. What they say never changes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.companies.access import is_presence
from apps.companies.models import Company, roles_of
from apps.core import clock
from apps.files.models import StoredFile
from apps.rollouts.models import Rollout


class Statement(models.Model):
    """A closed month of one rollout, numbered within it. ``content`` is what was closed, and never changes."""

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="statements")
    number = models.PositiveSmallIntegerField()
    month = models.DateField(_("mês"))
    content = models.JSONField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("fechamento")
        verbose_name_plural = _("fechamentos")
        ordering = ["month"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "month"], name="statement_once_a_month"),
            models.UniqueConstraint(fields=["rollout", "number"], name="statement_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"

    @property
    def code(self) -> str:
        return f"{self.rollout.code}-F{self.number}"


def client_statement_code(number: int) -> str:
    """The client's statement of this number as people name it: ``FC-00001``."""
    return f"FC-{number:05d}"


class ClientStatementQuerySet(models.QuerySet["ClientStatement"]):
    def visible_to(self, user) -> "ClientStatementQuerySet":
        """Presence people see every statement, a client's people their company's."""
        # Who looks as another party for one rollout sees nothing of the client's other rollouts.
        if not user.is_authenticated or not user.is_active or getattr(user, "only_rollout", None):
            return self.none()
        if user.is_superuser or is_presence(user):
            return self
        companies = list(roles_of(user))
        return self.filter(Q(client__in=companies) | Q(client__merged_into__in=companies))


class ClientStatement(models.Model):
    """A closed month of a client over all of its rollouts, numbered without gaps in the whole installation.

    It gathers the rollouts' statements of that month; ``content`` never changes.
    """

    client = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="hour_statements")
    number = models.PositiveIntegerField(unique=True)
    month = models.DateField(_("mês"))
    content = models.JSONField()
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(default=clock.now)

    objects = ClientStatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("fechamento do cliente")
        verbose_name_plural = _("fechamentos dos clientes")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["client", "month"], name="client_statement_once_a_month")]

    def __str__(self) -> str:
        return f"{self.month:%m/%Y}"

    @property
    def code(self) -> str:
        return client_statement_code(self.number)


class StatementPdf(models.Model):
    """The PDF of one statement, rendered by the worker after the month was closed."""

    statement = models.OneToOneField(Statement, on_delete=models.CASCADE, null=True, related_name="pdf")
    client_statement = models.OneToOneField(ClientStatement, on_delete=models.CASCADE, null=True, related_name="pdf")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("PDF de fechamento")
        verbose_name_plural = _("PDFs de fechamentos")
        constraints = [
            models.CheckConstraint(
                condition=Q(statement=None, client_statement__isnull=False)
                | Q(statement__isnull=False, client_statement=None),
                name="statement_pdf_of_one_statement",
            )
        ]

    def __str__(self) -> str:
        return f"{self.file}"
