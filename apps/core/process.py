"""The words of the process: stages, party roles and the gates between stages (design, section 4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Stage(models.TextChoices):
    KICKOFF = "kickoff", _("Reunião inaugural")
    DEVELOPMENT = "development", _("Desenvolvimento")
    TRAINING = "training", _("Treinamento")
    HOMOLOGATION = "homologation", _("Homologação")
    ACCEPTANCE = "acceptance", _("Termo de aceite")
    GO_LIVE = "go_live", _("Entrada em produção")
    COMPLETED = "completed", _("Concluído")
    CANCELLED = "cancelled", _("Cancelado")


PATH = (Stage.KICKOFF, Stage.DEVELOPMENT, Stage.TRAINING, Stage.HOMOLOGATION, Stage.ACCEPTANCE, Stage.GO_LIVE)
CLOSED = (Stage.COMPLETED, Stage.CANCELLED)


class PartyRole(models.TextChoices):
    PRESENCE = "presence", "Presence"
    PLATFORM = "platform", _("Plataforma")
    INTEGRATOR = "integrator", _("Integrador")
    CLIENT = "client", _("Cliente")


class Gate(models.TextChoices):
    """A transition that is open only when nothing is missing. The value is the method on ``Rollout``."""

    START_DEVELOPMENT = "start_development", _("Iniciar desenvolvimento")
    START_TRAINING = "start_training", _("Iniciar treinamento")
    START_HOMOLOGATION = "start_homologation", _("Iniciar homologação")
    START_ACCEPTANCE = "start_acceptance", _("Iniciar termo de aceite")
    START_GO_LIVE = "start_go_live", _("Iniciar entrada em produção")
    COMPLETE = "complete", _("Concluir e liberar para operação não assistida")
    RETURN_TO_DEVELOPMENT = "return_to_development", _("Devolver ao desenvolvimento")
    RETURN_TO_HOMOLOGATION = "return_to_homologation", _("Devolver à homologação")


FORWARD = {
    Stage.KICKOFF: Gate.START_DEVELOPMENT,
    Stage.DEVELOPMENT: Gate.START_TRAINING,
    Stage.TRAINING: Gate.START_HOMOLOGATION,
    Stage.HOMOLOGATION: Gate.START_ACCEPTANCE,
    Stage.ACCEPTANCE: Gate.START_GO_LIVE,
    Stage.GO_LIVE: Gate.COMPLETE,
}
BACKWARD = {
    Stage.HOMOLOGATION: Gate.RETURN_TO_DEVELOPMENT,
    Stage.ACCEPTANCE: Gate.RETURN_TO_HOMOLOGATION,
}
