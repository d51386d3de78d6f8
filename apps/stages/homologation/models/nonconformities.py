"""Failures to be corrected, their corrections and what is written about them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.process import PartyRole
from apps.core.searching import document, words_index
from apps.rollouts.models import Rollout
from apps.stages.homologation.models.script import Case

WORDS = document("title", "fix_note")
WORDS_OF_A_COMMENT = document("text")
"""What the search over everything looks through."""


class NonconformityQuerySet(models.QuerySet["Nonconformity"]):
    def pending(self) -> "NonconformityQuerySet":
        """Those of which something is still owed (``Nonconformity.is_open``)."""
        return self.filter(state__in=Nonconformity.PENDING)


class Nonconformity(models.Model):
    """A failure to be corrected: open → fixed → verified, or back to open.

    Presence may also find that it was none (declined) or is that of another, ``duplicate_of``; what was merged into one that
    is declined is declined with it. ``since`` is when its state last changed or its owner was named.
    """

    class Severity(models.TextChoices):
        BLOCKING = "blocking", _("Impeditiva")
        MAJOR = "major", _("Grave")
        MINOR = "minor", _("Leve")

    class State(models.TextChoices):
        OPEN = "open", _("Aberta")
        FIXED = "fixed", _("Corrigida")
        VERIFIED = "verified", _("Verificada")
        DECLINED = "declined", _("Improcedente")
        DUPLICATE = "duplicate", _("Duplicada")

    PENDING = (State.OPEN, State.FIXED)

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="nonconformities")
    number = models.PositiveSmallIntegerField()
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="nonconformities")
    title = models.CharField(_("o que falhou"), max_length=200)
    severity = models.CharField(_("gravidade"), max_length=10, choices=Severity)
    owner = models.CharField(_("responsável"), max_length=12, choices=PartyRole)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    fix_version = models.CharField(_("versão corrigida"), max_length=40, blank=True)
    fix_note = models.TextField(_("correção"), blank=True)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=clock.now)
    since = models.DateTimeField(default=clock.now)
    times_reopened = models.PositiveSmallIntegerField(default=0)
    due = models.DateField(_("prazo"), null=True)
    duplicate_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="duplicates")

    objects = NonconformityQuerySet.as_manager()

    class Meta:
        verbose_name = _("não conformidade")
        verbose_name_plural = _("não conformidades")
        ordering = ["number"]
        indexes = [words_index(WORDS, "nonconformity_words")]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "number"], name="nonconformity_number_once"),
            models.CheckConstraint(
                condition=~Q(state="duplicate") | Q(duplicate_of__isnull=False), name="nonconformity_duplicate_of_one"
            ),
            models.CheckConstraint(
                condition=~Q(duplicate_of=models.F("pk")), name="nonconformity_not_duplicate_of_itself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.title}"

    @property
    def label(self) -> str:
        return f"NC-{self.number}"

    @property
    def is_open(self) -> bool:
        """Something is still owed: its correction, or that somebody verifies it."""
        return self.state in self.PENDING

    @property
    def blocks(self) -> bool:
        """While it is open, the homologation does not end."""
        return self.severity == self.Severity.BLOCKING

    @property
    def is_overdue(self) -> bool:
        """Its owner still owes the correction after the agreed day."""
        return self.state == self.State.OPEN and self.due is not None and self.due < clock.today()


class NonconformityFix(models.Model):
    """One correction that its owner announced; the newest stands on the nonconformity itself too."""

    nonconformity = models.ForeignKey(Nonconformity, on_delete=models.CASCADE, related_name="fixes")
    version = models.CharField(_("versão corrigida"), max_length=40)
    note = models.TextField(_("correção"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("correção")
        verbose_name_plural = _("correções")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.version


class NonconformityComment(models.Model):
    """A word in the discussion of a nonconformity; ``party`` is the role its author spoke for."""

    nonconformity = models.ForeignKey(Nonconformity, on_delete=models.CASCADE, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    party = models.CharField(max_length=12, choices=PartyRole)
    text = models.TextField(_("mensagem"))
    at = models.DateTimeField(default=clock.now)

    class Meta:
        verbose_name = _("mensagem sobre não conformidade")
        verbose_name_plural = _("mensagens sobre não conformidades")
        ordering = ["pk"]
        indexes = [words_index(WORDS_OF_A_COMMENT, "nonconformity_comment_words")]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="nonconformity_comment_says_something")]

    def __str__(self) -> str:
        return self.text
