from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core import plugins
from apps.core.canonical import instant
from apps.core.process import PartyRole
from apps.rollouts.models.rollouts import Rollout


class Event(models.Model):
    """One thing that happened, chained to the one before by ``previous`` and ``hash`` (see ``timeline``).

    The chain holds who acted by their key; their name is read from their account, where it can be erased.
    ``actor_name`` names an actor that is nobody's account. ``holder`` is the party that the rollout waits for after it, so
    that every day of a rollout is somebody's by the record alone.

    The database refuses to change or delete a row (a trigger made in the first migration).
    """

    rollout = models.ForeignKey(Rollout, on_delete=models.PROTECT, related_name="events")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    actor_name = models.CharField(max_length=120, blank=True)
    party = models.CharField(max_length=12, choices=PartyRole, blank=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)
    holder = models.CharField(max_length=12, choices=PartyRole, blank=True)
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("evento")
        verbose_name_plural = _("eventos")
        ordering = ["rollout", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "sequence"], name="event_one_per_place_in_the_chain"),
            models.CheckConstraint(condition=Q(sequence__gte=1), name="event_sequence_from_one"),
        ]
        indexes = [models.Index(fields=["kind", "at"], name="event_kind_at")]

    def __str__(self) -> str:
        return f"{self.kind} #{self.sequence}"

    @property
    def who(self) -> str:
        """The actor's name as it is today."""
        return str(self.actor) if self.actor else self.actor_name or str(_("O sistema"))

    def describe(self) -> str:
        """What happened, as a sentence fragment after the actor's name, in the reader's language."""
        event = plugins.events().get(self.kind)
        return event.described(self.data) if event else str(_("registrou um evento"))

    @property
    def icon(self) -> str:
        """The name of the icon of its kind."""
        event = plugins.events().get(self.kind)
        return event.icon if event else "dot"

    def hashed(self) -> dict[str, object]:
        """The record whose canonical JSON is hashed."""
        at: datetime = self.at
        return {
            "rollout": self.rollout_id,
            "sequence": self.sequence,
            "kind": self.kind,
            "actor": self.actor_id,
            "actor_name": self.actor_name,
            "party": self.party,
            "at": instant(at),
            "data": self.data,
            "holder": self.holder,
            "previous": self.previous,
        }
