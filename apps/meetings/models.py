"""A meeting of a rollout, who is invited and was there, and which party sent nobody."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Person
from apps.core import clock
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class MeetingKind(models.TextChoices):
    """What a meeting is for. The app of a stage adds to its own kind what only that kind has (``rooms``)."""

    KICKOFF = "kickoff", _("Reunião inaugural")
    TRAINING = "training", _("Treinamento")
    HOMOLOGATION = "homologation", _("Homologação")
    GO_LIVE = "go_live", _("Entrada em produção")
    OTHER = "other", _("Outra reunião")


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def planned(self) -> "MeetingQuerySet":
        """Those that lie ahead or still have to be recorded, the next one first."""
        return self.filter(state=Meeting.State.PLANNED).order_by("planned_start", "pk")

    def held(self) -> "MeetingQuerySet":
        """Those that took place and are over."""
        return self.filter(state=Meeting.State.HELD)

    def started(self) -> "MeetingQuerySet":
        """Those that took place or are in progress."""
        return self.filter(state__in=[Meeting.State.IN_PROGRESS, Meeting.State.HELD])

    def with_people(self) -> "MeetingQuerySet":
        """With who is invited and was there, by name, in a second query, and the parties that sent nobody (``absent``)."""
        absences = Absence.objects.filter(meeting=OuterRef("pk")).order_by("pk")
        attendees = Attendee.objects.select_related("person__user", "person__merged_into")
        return (
            self.select_related("confirmed_by", "led_by")
            .prefetch_related(models.Prefetch("attendees", attendees))
            .annotate(absent=ArraySubquery(absences.values(json=JSONObject(party="party", reason="reason"))))
        )


class Meeting(models.Model):
    """A meeting of a rollout. ``number`` counts within the rollout and kind; ``title`` is for kind "other" alone.

    ``planned_start`` (UTC) is empty for one that was held without having been planned, and while one whose people are known
    already has no date; ``planned_minutes`` is the time set aside for it.

    ``started_at`` and ``ended_at`` (UTC) say when it took place; a recorded meeting whose length nobody knows
    has no end. ``scheduled_by`` is who at Presence set the date that stands, which the client confirms (``confirmed_by``) or
    asks to change (``objection``); another date asks again. ``cause`` and ``reason`` say why it was cancelled or not held,
    and because of which party. ``calendar_key`` names its entry in people's calendars for good, and ``sequence`` grows with
    every change of that entry, the last of which was at ``changed_at``.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Agendada")
        IN_PROGRESS = "in_progress", _("Em andamento")
        HELD = "held", _("Realizada")
        CANCELLED = "cancelled", _("Cancelada")
        NOT_HELD = "not_held", _("Não realizada")

    rollout = models.ForeignKey(Rollout, on_delete=models.CASCADE, related_name="meetings")
    kind = models.CharField(_("tipo"), max_length=12, choices=MeetingKind)
    number = models.PositiveSmallIntegerField()
    title = models.CharField(_("assunto"), max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    planned_start = models.DateTimeField(_("data e hora"), null=True)
    planned_minutes = models.PositiveSmallIntegerField(_("duração prevista"), null=True)
    planned_at = models.DateTimeField(default=clock.now)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    place = models.CharField(_("local"), max_length=160, blank=True)
    link = models.URLField(_("link da reunião"), max_length=500, blank=True)
    led_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    scheduled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    objection = models.TextField(_("por que a data não serve"), blank=True)
    note = models.TextField(_("observações"), blank=True)
    cause = models.CharField(_("por causa de"), max_length=12, choices=PartyRole, blank=True)
    reason = models.TextField(_("motivo"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    calendar_key = models.CharField(max_length=60, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0)
    changed_at = models.DateTimeField(default=clock.now)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reunião")
        verbose_name_plural = _("reuniões")
        ordering = ["kind", "number"]
        indexes = [models.Index(fields=["planned_start"], name="meeting_planned_start")]
        constraints = [
            models.UniqueConstraint(fields=["rollout", "kind", "number"], name="meeting_number_once"),
            models.UniqueConstraint(
                fields=["rollout", "kind"], condition=Q(state="in_progress"), name="meeting_one_in_progress_a_kind"
            ),
            models.CheckConstraint(
                condition=Q(kind="other") & ~Q(title="") | ~Q(kind="other") & Q(title=""), name="meeting_other_has_a_title"
            ),
            models.CheckConstraint(
                condition=Q(state="planned", started_at=None, ended_at=None)
                | Q(state="in_progress", started_at__isnull=False, ended_at=None, led_by__isnull=False)
                | Q(state="held", started_at__isnull=False)
                | Q(state__in=["cancelled", "not_held"], started_at=None, ended_at=None, planned_start__isnull=False),
                name="meeting_instants_fit_its_state",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("started_at")), name="meeting_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(planned_minutes=None) | Q(planned_minutes__gt=0), name="meeting_planned_length_is_positive"
            ),
            models.CheckConstraint(
                condition=~Q(state="not_held") | ~Q(cause="") & ~Q(reason=""), name="meeting_not_held_has_a_cause"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False, objection=""),
                name="meeting_confirmed_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        """Its name among those of its kind: "Sessão 2"."""
        if self.kind == MeetingKind.OTHER:
            return self.title
        if self.kind == MeetingKind.KICKOFF:
            return str(_("Reunião inaugural"))
        if self.kind == MeetingKind.GO_LIVE:
            return _("Reunião %(number)d") % {"number": self.number}
        return _("Sessão %(number)d") % {"number": self.number}

    @property
    def full_name(self) -> "StrOrPromise":
        """Its name among all: "Treinamento, Sessão 2"."""
        alone = self.kind in (MeetingKind.OTHER, MeetingKind.KICKOFF)
        return str(self) if alone else f"{self.get_kind_display()}, {self}"

    @property
    def starts_at(self) -> datetime:
        """When it began; of one that did not, when it was to begin. Of one without a date yet, when it was put down."""
        return self.started_at or self.planned_start or self.planned_at

    @property
    def ends_at(self) -> datetime:
        """When it ended; of one that did not, when it was to end. That of unknown length ends as it starts."""
        return self.ended_at or self.starts_at + timedelta(minutes=self.planned_minutes or 0)

    @property
    def minutes(self) -> int | None:
        """How long it took, in whole minutes; None while it goes on, and where nobody knows."""
        return self.minutes_of(self.started_at, self.ended_at)

    def minutes_of(self, start: datetime | None, end: datetime | None) -> int | None:
        """The whole minutes from ``start`` to ``end``, as far as they lie within it; None without its start or end."""
        if start is None or end is None or self.started_at is None or self.ended_at is None:
            return None
        inside = min(end, self.ended_at) - max(start, self.started_at)
        return max(int(inside.total_seconds() // 60), 0)

    @property
    def absent_parties(self) -> "list[Absence]":
        """The parties that sent nobody, of a meeting that comes ``with_people``."""
        return [Absence(meeting=self, **row) for row in self.absent]

    @property
    def attended(self) -> "list[Attendee]":
        """Who was there, in the order in which they were written down."""
        return [row for row in self.attendees.all() if row.attended]

    @property
    def is_planned(self) -> bool:
        return self.state == self.State.PLANNED

    @property
    def is_over(self) -> bool:
        """Nothing more happens to it: it was held, cancelled or did not take place."""
        return self.state not in (self.State.PLANNED, self.State.IN_PROGRESS)

    def ask_again(self) -> None:
        """Forget the client's answer: the date changed. Whoever calls this saves."""
        self.confirmed_by = self.confirmed_at = None
        self.objection = ""


class Attendee(models.Model):
    """Who is ``invited`` to a meeting for ``party``, or ``attended`` it, or both.

    They are a ``person`` of a company, or a guest by ``name`` with the ``company`` (empty: the party's) and ``position`` that
    were typed. ``arrived_at`` and ``left_at`` (UTC) are of who came after the start or left before the end.
    """

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="attendees")
    party = models.CharField(_("parte"), max_length=12, choices=PartyRole)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="attendances")
    name = models.CharField(_("nome"), max_length=120, blank=True)
    company = models.CharField(_("empresa"), max_length=120, blank=True)
    position = models.CharField(_("função"), max_length=80, blank=True)
    invited = models.BooleanField(default=False)
    attended = models.BooleanField(_("presente"), default=False)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("participante")
        verbose_name_plural = _("participantes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(person__isnull=False, name="", company="", position="") | Q(person=None) & ~Q(name=""),
                name="attendee_is_a_person_or_a_guest",
            ),
            models.UniqueConstraint(fields=["meeting", "party", "person"], name="attendee_person_once"),
            models.UniqueConstraint(
                fields=["meeting", "party", "name", "company"], condition=Q(person=None), name="attendee_guest_once"
            ),
            models.CheckConstraint(
                condition=Q(arrived_at=None, left_at=None) | Q(attended=True), name="attendee_came_and_left_if_there"
            ),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(arrived_at=None) | Q(left_at__gte=F("arrived_at")),
                name="attendee_left_after_coming",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.person)

    @property
    def shown_position(self) -> str:
        """What they do, as their record or who wrote them down says."""
        return self.person.position if self.person else self.position

    def company_name(self, companies: dict) -> str:
        """Their company's name; ``companies`` are those of the rollout by party role."""
        return self.company or companies[self.party].trade_name


class Absence(models.Model):
    """A party that sent nobody, and why the others went on."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="absences")
    party = models.CharField(max_length=12, choices=PartyRole)
    reason = models.CharField(_("motivo"), max_length=200)

    class Meta:
        verbose_name = _("ausência de uma parte")
        verbose_name_plural = _("ausências de partes")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "party"], name="meeting_absence_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="meeting_absence_has_a_reason"),
        ]

    def __str__(self) -> str:
        return self.reason
