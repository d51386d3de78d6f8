"""The process: its stages, the roles of its companies, and one table of the transitions between stages.

The django-fsm field of ``Rollout``, the actions that move it, the rail of stages on its pages, the blueprints' readers and
docs/index.md all read this table: a new stage is a line here, and an app that serves it.
"""

from dataclasses import dataclass

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


class PartyRole(models.TextChoices):
    PRESENCE = "presence", "Presence"
    PLATFORM = "platform", _("Plataforma")
    INTEGRATOR = "integrator", _("Integrador")
    CLIENT = "client", _("Cliente")


class Gate(models.TextChoices):
    """A transition that is open only when nothing is missing. The value is the method of ``Rollout`` that makes it."""

    START_DEVELOPMENT = "start_development", _("Iniciar desenvolvimento")
    START_TRAINING = "start_training", _("Iniciar treinamento")
    START_HOMOLOGATION = "start_homologation", _("Iniciar homologação")
    START_ACCEPTANCE = "start_acceptance", _("Iniciar termo de aceite")
    START_GO_LIVE = "start_go_live", _("Iniciar entrada em produção")
    COMPLETE = "complete", _("Concluir e liberar para operação não assistida")
    RETURN_TO_KICKOFF = "return_to_kickoff", _("Devolver à reunião inaugural")
    RETURN_TO_DEVELOPMENT = "return_to_development", _("Devolver ao desenvolvimento")
    RETURN_TO_HOMOLOGATION = "return_to_homologation", _("Devolver à homologação")
    REOPEN = "reopen", _("Reabrir o projeto")


@dataclass(frozen=True)
class Transition:
    """The way through ``gate``, from the stage ``source`` to the stage ``target``."""

    gate: Gate
    source: Stage
    target: Stage


FORWARD_TRANSITIONS = (
    Transition(Gate.START_DEVELOPMENT, Stage.KICKOFF, Stage.DEVELOPMENT),
    Transition(Gate.START_TRAINING, Stage.DEVELOPMENT, Stage.TRAINING),
    Transition(Gate.START_HOMOLOGATION, Stage.TRAINING, Stage.HOMOLOGATION),
    Transition(Gate.START_ACCEPTANCE, Stage.HOMOLOGATION, Stage.ACCEPTANCE),
    Transition(Gate.START_GO_LIVE, Stage.ACCEPTANCE, Stage.GO_LIVE),
    Transition(Gate.COMPLETE, Stage.GO_LIVE, Stage.COMPLETED),
)
BACKWARD_TRANSITIONS = (
    Transition(Gate.RETURN_TO_KICKOFF, Stage.DEVELOPMENT, Stage.KICKOFF),
    Transition(Gate.RETURN_TO_DEVELOPMENT, Stage.TRAINING, Stage.DEVELOPMENT),
    Transition(Gate.RETURN_TO_DEVELOPMENT, Stage.HOMOLOGATION, Stage.DEVELOPMENT),
    Transition(Gate.RETURN_TO_HOMOLOGATION, Stage.ACCEPTANCE, Stage.HOMOLOGATION),
    Transition(Gate.RETURN_TO_HOMOLOGATION, Stage.GO_LIVE, Stage.HOMOLOGATION),
)
REOPENING = Transition(Gate.REOPEN, Stage.COMPLETED, Stage.GO_LIVE)
TRANSITIONS = (*FORWARD_TRANSITIONS, *BACKWARD_TRANSITIONS, REOPENING)
"""Every way between stages. Besides them, a rollout is cancelled from any open stage."""

PATH = tuple(transition.source for transition in FORWARD_TRANSITIONS)
"""The open stages in the order of the process."""
CLOSED = (Stage.COMPLETED, Stage.CANCELLED)
FORWARD = {transition.source: transition.gate for transition in FORWARD_TRANSITIONS}
"""The gate ahead of each open stage."""
BACKWARD = {transition.source: transition.gate for transition in BACKWARD_TRANSITIONS}
"""The gate back, of the stages that have one."""
