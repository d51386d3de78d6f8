from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.localized import LocalizedField
from apps.rollouts.appointments import Appointment
from apps.rollouts.models import Rollout
from apps.rollouts.stages import PartyRole


class Direction(models.TextChoices):
    ERP_TO_PLATFORM = "erp_to_platform", _("ERP → plataforma")
    PLATFORM_TO_ERP = "platform_to_erp", _("Plataforma → ERP")


class Kickoff(Appointment):
    """The kickoff of one rollout. ``models`` are the integration models on offer; ``model`` is the key of the chosen one."""

    rollout = models.OneToOneField(Rollout, on_delete=models.CASCADE, related_name="kickoff")
    scheduled_at = models.DateTimeField(_("data e hora"), null=True)
    link = models.URLField(_("link da reunião"), max_length=500, blank=True)
    held_at = models.DateTimeField(_("realizada em"), null=True)
    offered_models = models.JSONField(default=list)
    model = models.CharField(_("modelo de integração"), max_length=40, blank=True)
    model_note = models.TextField(_("frequência, volume e observações"), blank=True)
    minutes = models.TextField(_("ata"), blank=True)
    minutes_published_at = models.DateTimeField(null=True)
    minutes_published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("reunião inaugural")
        verbose_name_plural = _("reuniões inaugurais")
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes_published_at=None) | Q(held_at__isnull=False) & ~Q(minutes=""),
                name="kickoff_minutes_of_a_held_meeting",
            )
        ]

    def __str__(self) -> str:
        return str(_("Reunião inaugural"))


class Participant(models.Model):
    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="participants")
    name = models.CharField(_("nome"), max_length=120)
    party = models.CharField(_("parte"), max_length=12, choices=PartyRole)
    email = models.EmailField(_("e-mail"), blank=True)
    attended = models.BooleanField(_("presente"), default=False)

    class Meta:
        verbose_name = _("participante")
        verbose_name_plural = _("participantes")
        ordering = ["party", "name"]
        constraints = [models.UniqueConstraint(fields=["kickoff", "name", "party"], name="participant_once")]

    def __str__(self) -> str:
        return self.name


class AgendaItem(models.Model):
    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    title = LocalizedField()
    hint = LocalizedField()
    notes = models.TextField(_("o que ficou combinado"), blank=True)

    class Meta:
        verbose_name = _("item da pauta")
        verbose_name_plural = _("itens da pauta")
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.title)


class AgreedMethod(models.Model):
    """A method of the Presence API on offer; ``agreed`` once the meeting chose it."""

    kickoff = models.ForeignKey(Kickoff, on_delete=models.CASCADE, related_name="methods")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(_("método"), max_length=60)
    process = models.CharField(max_length=20)
    title = LocalizedField()
    direction = models.CharField(max_length=16, choices=Direction)
    fields = models.JSONField(default=list)
    agreed = models.BooleanField(_("adotado"), default=False)

    class Meta:
        verbose_name = _("método")
        verbose_name_plural = _("métodos")
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["kickoff", "code"], name="method_once_per_kickoff")]

    def __str__(self) -> str:
        return self.code


class AgreedField(models.Model):
    """How one field of a method meets the platform's."""

    class Master(models.TextChoices):
        PRESENCE = "presence", "ERP"
        PLATFORM = "platform", _("Plataforma")

    method = models.ForeignKey(AgreedMethod, on_delete=models.CASCADE, related_name="agreed_fields")
    presence_field = models.CharField(_("campo na Presence API"), max_length=80)
    platform_field = models.CharField(_("campo na plataforma"), max_length=120)
    master = models.CharField(_("mestre do dado"), max_length=10, choices=Master, default=Master.PRESENCE)
    note = models.CharField(_("regra ou dúvida"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("campo adotado")
        verbose_name_plural = _("campos adotados")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["method", "presence_field"], name="field_once_per_method")]

    def __str__(self) -> str:
        return f"{self.presence_field} → {self.platform_field}"
