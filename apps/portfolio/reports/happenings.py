"""Which kinds of events a report tells of, and what many of a kind are called together."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HAPPENINGS: "dict[str, StrOrPromise]" = {
    "rollouts.created": _("Abertura do projeto"),
    "rollouts.imported": _("Entrada do projeto em andamento"),
    "rollouts.advanced": _("Passagens de etapa"),
    "rollouts.sent_back": _("Voltas a uma etapa anterior"),
    "rollouts.reopened": _("Reaberturas do projeto"),
    "rollouts.held": _("Pausas"),
    "rollouts.resumed": _("Retomadas"),
    "rollouts.plan_changed": _("Mudanças do plano"),
    "rollouts.plan_changed_for": _("Mudanças do plano com motivo"),
    "rollouts.waived": _("Pendências dispensadas"),
    "rollouts.handed_over": _("Trocas de gerente"),
    "rollouts.party_replaced": _("Trocas de empresa"),
    "prerequisites.submitted": _("Pré-requisitos entregues"),
    "prerequisites.accepted": _("Pré-requisitos aceitos"),
    "prerequisites.rejected": _("Pré-requisitos devolvidos para correção"),
    "meetings.held": _("Reuniões registradas"),
    "meetings.ended": _("Reuniões realizadas"),
    "meetings.not_held": _("Reuniões não realizadas"),
    "kickoff.minutes_published": _("Atas publicadas"),
    "kickoff.minutes_confirmed": _("Atas confirmadas"),
    "kickoff.minutes_objected": _("Atas contestadas"),
    "development.date_given": _("Prazos de entrega informados"),
    "development.date_changed": _("Prazos de entrega mudados"),
    "development.progress": _("Andamentos informados"),
    "development.delivered": _("Entregas do conector"),
    "homologation.frozen": _("Roteiro congelado"),
    "homologation.round_opened": _("Rodadas abertas"),
    "homologation.round_closed": _("Rodadas encerradas"),
    "homologation.result": _("Resultados de casos"),
    "homologation.junit": _("Relatórios de testes registrados"),
    "homologation.failure": _("Não conformidades abertas"),
    "homologation.fixed": _("Não conformidades corrigidas"),
    "homologation.verified": _("Não conformidades verificadas"),
    "homologation.reopened": _("Não conformidades reabertas"),
    "homologation.reservation_agreed": _("Ressalvas combinadas"),
    "acceptance.drafted": _("Termos redigidos"),
    "acceptance.signed": _("Assinaturas do termo"),
    "acceptance.refused": _("Recusas do termo"),
    "acceptance.sealed": _("Termos selados"),
    "golive.window_proposed": _("Janelas de entrada em produção propostas"),
    "golive.go": _("Respostas favoráveis à janela"),
    "golive.no_go": _("Respostas contrárias à janela"),
    "golive.rolled_back": _("Retornos à situação anterior"),
    "golive.incident": _("Incidentes"),
    "golive.incident_resolved": _("Incidentes resolvidos"),
    "golive.released": _("Liberação para operação não assistida"),
}
"""What many events of a kind are called together, in words that name nobody. A report tells of no other kind: none of hours,
which not every party reads (``golive.dossier.archive.WITHHELD``)."""

ONLY_COUNTED = frozenset({"homologation.result", "homologation.junit"})
"""Those of which a week may have hundreds: a report says how many, never which."""

MOST_LISTED = 40
"""So many events are named, the newest ones; the others are counted."""
