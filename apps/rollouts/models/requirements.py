"""What is open in a rollout, as it stood after its last event (see ``read_model``)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.localized import LocalizedField
from apps.core.process import Gate, PartyRole
from apps.core.requirements import Requirement
from apps.core.searching import localized_document, words_index

WORDS = localized_document("text")
"""What the search over everything looks through."""


class OpenRequirementQuerySet(models.QuerySet["OpenRequirement"]):
    def owed(self) -> "OpenRequirementQuerySet":
        """Those that somebody can settle now (``OpenRequirement.is_owed``)."""
        return self.filter(Q(blocking=True) | Q(gate=""))


class OpenRequirement(models.Model):
    """A ``core.requirements.Requirement`` of one rollout, kept so that no page has to ask the rules again.

    ``gate`` is the gate that asks for it; empty, where it may be settled although none waits. ``blocking``: the next gate
    forward is closed because of it. ``position`` gives the order of the rules. The other fields are those of the
    requirement. Rows are written by ``read_model`` alone, and can be worked out again at any time.
    """

    rollout = models.ForeignKey(
        "rollouts.Rollout", on_delete=models.CASCADE, related_name="open_requirements", db_index=False
    )  # The constraint's index begins with it.
    gate = models.CharField(max_length=24, choices=Gate, blank=True)
    key = models.CharField(max_length=120)
    position = models.PositiveIntegerField()
    blocking = models.BooleanField()
    text = LocalizedField()
    owed_by = models.CharField(max_length=12, choices=PartyRole)
    since = models.DateTimeField()
    url = models.CharField(max_length=300)
    waivable = models.BooleanField()
    waiver = models.ForeignKey("rollouts.Waiver", on_delete=models.SET_NULL, null=True, related_name="+")
    due = models.DateField(null=True)
    until = models.DateTimeField(null=True)
    review = models.BooleanField()
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    by_lead = models.BooleanField()
    also_by = models.CharField(max_length=12, choices=PartyRole, blank=True)

    objects = OpenRequirementQuerySet.as_manager()

    class Meta:
        verbose_name = _("pendência")
        verbose_name_plural = _("pendências")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "gate", "key"], name="open_requirement_once_a_gate"),
            models.CheckConstraint(condition=Q(owed_by__in=PartyRole.values), name="open_requirement_owed_by_a_party"),
        ]
        indexes = [
            models.Index(fields=["until"], name="open_requirement_until", condition=Q(until__isnull=False)),
            words_index(WORDS, "open_requirement_words"),
            models.Index(fields=["due"], name="open_requirement_due", condition=Q(due__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.text)

    @property
    def is_owed(self) -> bool:
        """Whether the next gate is closed because of it, or it may be settled ahead of any gate."""
        return self.blocking or not self.gate

    owed_by_label = Requirement.owed_by_label
