"""The people of a company: who they are and how they are reached, with or without a sign-in."""

from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext_lazy as _

from apps.companies.models.company import Company, Role
from apps.core import clock
from apps.core.database.unaccented import by_name
from apps.core.network import mailboxes
from apps.core.searching import names_index


class Purpose(models.TextChoices):
    """What somebody of a company is there for, as the other companies need to know it."""

    TECHNICAL = "technical", _("Técnico")
    DECISION = "decision", _("Decisão")
    FINANCE = "finance", _("Financeiro")
    SIGNATORY = "signatory", _("Assina pela empresa")
    ON_CALL = "on_call", _("Plantão")


class PersonQuerySet(models.QuerySet["Person"]):
    def visible_to(self, user) -> "PersonQuerySet":
        """Presence people see the people of every company, others those of their own. The people of the other parties of a
        project are seen through it (``rollouts.people``)."""
        return self.filter(company__in=Company.objects.visible_to(user))

    def named(self) -> "PersonQuerySet":
        """With ``shown_name``: the account's name of who signs in, otherwise the name that was typed; in its order."""
        account_name = NullIf(F("user__name"), Value(""))
        return self.annotate(shown_name=Coalesce(account_name, F("name"))).order_by(*by_name("shown_name"), "pk")

    def in_directory(self) -> "PersonQuerySet":
        """Those who may be chosen: neither inactive nor merged into another record."""
        return self.filter(inactive_at=None, merged_into=None)

    def with_addresses(self) -> "PersonQuerySet":
        """With account, company and ``addresses``, in one query."""
        emails = PersonEmail.objects.filter(person=OuterRef("pk")).order_by("pk")
        return self.select_related("user", "company").annotate(listed_emails=ArraySubquery(emails.values("email")))

    def with_ways_to_reach(self) -> "PersonQuerySet":
        """With account, company, addresses and telephones, in three queries."""
        return self.select_related("user", "company").prefetch_related("emails", "phones")


class Person(models.Model):
    """Somebody of ``company``, who may have no sign-in.

    ``name`` is empty for who has an account (``user``): theirs is read. ``language`` is empty while it is not known.
    ``purposes`` are of ``Purpose``. A record that turned out to be the same person as another keeps ``merged_into`` and
    nothing else, so that an old link leads to the one that stays. ``inactive_at`` (UTC) is when they left or stopped
    answering for the company.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="people")
    name = models.CharField(_("nome"), max_length=120, blank=True)
    position = models.CharField(_("cargo"), max_length=80, blank=True)
    purposes = ArrayField(models.CharField(max_length=12, choices=Purpose), default=list, blank=True)
    language = models.CharField(_("idioma"), max_length=5, choices=settings.LANGUAGES, blank=True)
    inactive_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("pessoa da empresa")
        verbose_name_plural = _("pessoas da empresa")
        ordering = ["pk"]
        indexes = [names_index("name", "person_name_words")]
        constraints = [
            models.UniqueConstraint(fields=["company", "user"], name="person_once_per_account"),
            models.CheckConstraint(
                condition=Q(merged_into=None, user=None) & ~Q(name="")
                | Q(merged_into=None, user__isnull=False, name="")
                | Q(merged_into__isnull=False, user=None, name=""),
                name="person_has_one_name",
            ),
            models.CheckConstraint(
                condition=Q(purposes__contained_by=Purpose.values), name="person_purposes_are_known"
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="person_is_not_merged_into_itself"),
        ]

    def __str__(self) -> str:
        if self.merged_into:
            return str(self.merged_into)
        return str(self.user) if self.user else self.name

    @property
    def addresses(self) -> list[str]:
        """Their e-mail addresses, the account's first."""
        sign_in = [self.user.email] if self.user and not self.user.erased_at else []
        others = self.listed_emails if hasattr(self, "listed_emails") else [row.email for row in self.emails.all()]
        return [*sign_in, *(email for email in others if email not in sign_in)]

    @property
    def purpose_labels(self) -> list[Any]:
        return [Purpose(purpose).label for purpose in self.purposes]

    @property
    def role_label(self) -> Any:
        """Of a row of ``people.queries.of_company``: the role that goes with the sign-in; empty for who has none."""
        role = getattr(self, "role", None)
        return Role(role).label if role else ""


class PersonEmail(models.Model):
    """An address of a person without an account, or a further one of who has one: the account keeps its own."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="emails")
    email = mailboxes.MailboxField(_("e-mail"), max_length=254)

    class Meta:
        verbose_name = _("e-mail da pessoa")
        verbose_name_plural = _("e-mails da pessoa")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["person", "email"], name="person_email_once"),
            models.CheckConstraint(condition=Q(email__regex=mailboxes.NORMALISED), name="person_email_is_normalised"),
        ]

    def __str__(self) -> str:
        return self.email


class PersonPhone(models.Model):
    """A telephone of a person: ``text`` as it was typed, ``e164`` (``+5511999998888``) where it could be read as a number,
    ``extension`` (digits) beside it."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="phones")
    text = models.CharField(_("telefone"), max_length=200)
    e164 = models.CharField(max_length=16, blank=True)
    extension = models.CharField(_("ramal"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("telefone da pessoa")
        verbose_name_plural = _("telefones da pessoa")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="person_phone_is_written")]

    def __str__(self) -> str:
        return self.text

    @property
    def href(self) -> str:
        """The address with which a device calls it (RFC 3966); empty for what could not be read as a number."""
        if not self.e164:
            return ""
        return f"tel:{self.e164};ext={self.extension}" if self.extension else f"tel:{self.e164}"
