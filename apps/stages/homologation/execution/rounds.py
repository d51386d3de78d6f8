"""Open and close the rounds of a script, add a case to the open one, and say what a newer connector makes old."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import numbering, timeline
from apps.stages.homologation import events, queries
from apps.stages.homologation.access import refuse_outside_homologation
from apps.stages.homologation.execution import retest, standing
from apps.stages.homologation.execution.retest import Scope
from apps.stages.homologation.models import Case, Round, Script

NOT_DELIVERED = "-"
"""The version of the connector for rounds that are opened before one was delivered here."""


def start_round(
    script: Script, *, by: User, scope: str = Scope.PENDING, process: str = "", codes: Collection[str] = ()
) -> Round:
    """Open the next round: the first takes every case that applies, a later one those of its ``scope`` (``retest``).

    ``process`` is the key of the one whose cases are chosen, ``codes`` are those of chosen cases. Raises ``Refusal`` (409)
    while another is open, when nothing is to be repeated, or before the script is frozen; ``Invalid`` (422) where nothing was
    chosen.
    """
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        refuse_outside_homologation(rollout)
        # A project that was taken over from elsewhere came by no gate that asks for it.
        if not Script.objects.filter(pk=script.pk, frozen_at__isnull=False).exists():
            raise Refusal(
                _("O roteiro ainda não foi congelado. Escolha as condições e congele-o; depois abra a rodada.")
            )
        if queries.open_round(script):
            raise Refusal(_("Já existe uma rodada aberta."))
        number = numbering.next_number(rollout, script.rounds)
        statuses = queries.case_statuses(script, bare=True)
        cases = retest.cases(statuses, first=number == 1, scope=Scope(scope), process=process, codes=codes)
        if not cases and scope == Scope.PENDING:
            raise Refusal(
                _(
                    "Todos os casos já passaram; não há o que repetir. Para executar de novo mesmo assim, escolha os casos."
                )
            )
        if not cases:
            raise Invalid(
                _("Escolha ao menos um caso que se aplica."), field="process" if scope == Scope.PROCESS else "codes"
            )
        round_ = Round.objects.create(script=script, number=number)
        round_.cases.set(cases)
        standing.write(cases)
        _judge(script, rollout.connector_version)
        timeline.record(rollout, events.RoundOpened(number=number, cases=len(cases)), by)
        return round_


def close_round(script: Script, *, by: User) -> None:
    """Close the open round; cases without a result wait for the next one."""
    require(by, "homologation.lead", script)
    with timeline.changing(script.rollout) as rollout:
        round_ = queries.open_round(script)
        if round_ is None:
            raise Refusal(_("Não há rodada aberta."))
        round_.closed_at = clock.now()
        round_.save(update_fields=["closed_at"])
        timeline.record(rollout, events.RoundClosed(number=round_.number), by)


def add_case(case: Case, *, by: User) -> Round:
    """Have the open round execute ``case`` too; what it has counts again only by a result of that round."""
    require(by, "homologation.lead", case)
    with timeline.changing(case.rollout) as rollout:
        refuse_outside_homologation(rollout)
        round_ = queries.open_round_for(case)
        if round_ is None:
            raise Refusal(_("Não há rodada aberta. Abra uma com os casos escolhidos."))
        case = Case.objects.select_related("script").get(pk=case.pk)
        if not case.applies:
            raise Refusal(_("%(code)s não se aplica a este projeto.") % {"code": case.code})
        if round_.has_case:  # type: ignore[attr-defined]
            raise Refusal(_("%(code)s já faz parte desta rodada.") % {"code": case.code})
        round_.cases.add(case)
        standing.write([case])
        timeline.record(rollout, events.CaseAddedToRound(case=case.code, number=round_.number), by)
        return round_


def keep_results(script: Script, *, by: User, reason: str) -> None:
    """Say that the newest version of the connector makes no result old, and why; until the project is completed."""
    require(by, "homologation.lead", script)
    if not reason.strip():
        raise Invalid(_("Diga por que os resultados continuam valendo."), field="reason")
    with timeline.changing(script.rollout) as rollout:
        script = Script.objects.get(pk=script.pk)
        if not is_to_judge(script, rollout.connector_version):
            raise Refusal(_("Não há versão nova do conector à espera desta decisão."))
        _judge(script, rollout.connector_version)
        decision = events.ResultsKept(version=rollout.connector_version, reason=reason.strip())
        timeline.record(rollout, decision, by)


def is_to_judge(script: Script, version: str) -> bool:
    """Whether results were recorded before ``version`` of the connector, and nobody has said whether they still stand."""
    return bool(version) and bool(script.judged_version) and script.judged_version != version


def _judge(script: Script, version: str) -> None:
    """Keep ``version`` as the one that results are recorded with, or were kept for."""
    Script.objects.filter(pk=script.pk).update(judged_version=version or NOT_DELIVERED)
