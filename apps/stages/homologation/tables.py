"""The cases of a rollout's script and its nonconformities, as files."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.core import canonical
from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import PartyRole
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Case, Nonconformity, Outcome
from apps.stages.homologation.nonconformities import queries
from apps.stages.homologation.nonconformities.forms import FilterForm

STANDINGS = {
    **dict(Outcome.choices),
    Case.Standing.NEVER_RUN.value: _("Não executado"),
    Case.Standing.TO_CONFIRM.value: _("Aguarda confirmação"),
    Case.Standing.TO_AGREE.value: _("Aguarda acordo do cliente"),
    Case.Standing.TO_REPEAT.value: _("A repetir"),
}
CASES = (
    Column("code", _("Caso"), width=10),
    Column("process", _("Processo"), width=10),
    Column("title", _("Título"), width=50, wraps=True),
    Column("obligation", _("Obrigação"), labels=dict(Case.Obligation.choices), width=14),
    Column("applies", _("Vale neste projeto"), labels={"yes": _("Sim"), "no": _("Não")}, width=12, wraps=True),
    Column("standing", _("Situação"), labels=STANDINGS, width=22),
    Column("standing_at", _("Desde"), Kind.INSTANT),
)
NONCONFORMITIES = (
    Column("number", _("Número"), Kind.NUMBER, width=9),
    Column("title", _("O que falhou"), width=50, wraps=True),
    Column("case", _("Caso"), width=10),
    Column("severity", _("Gravidade"), labels=dict(Nonconformity.Severity.choices), width=14),
    Column("state", _("Situação"), labels=dict(Nonconformity.State.choices), width=14),
    Column("owner", _("Quem corrige"), labels=dict(PartyRole.choices), width=14),
    Column("opened_at", _("Aberta em"), Kind.INSTANT),
    Column("due", _("Corrigir até"), Kind.DAY),
    Column("days_open", _("Dias em aberto"), Kind.NUMBER, width=10, wraps=True),
    Column("times_reopened", _("Reaberta"), Kind.NUMBER, width=10),
    Column("fix_version", _("Versão corrigida"), width=14),
)


def cases(rollout: Rollout, _narrowed_by: Mapping[str, str]) -> Export:
    """Every case of the script of ``rollout`` with how it stands; none before there is a script."""
    rows = [
        {
            "code": case.code,
            "process": case.process,
            "title": str(case.title),
            "obligation": case.obligation,
            "applies": "yes" if case.applies else "no",
            "standing": case.standing,
            "standing_at": canonical.instant(case.standing_at) if case.standing_at else None,
        }
        for case in Case.objects.filter(script__rollout=rollout).order_by("position")
    ]
    return Export(f"{rollout.code}-casos", CASES, rows, sheet=_("Casos"), title=_("Casos de homologação"))


def nonconformities(rollout: Rollout, narrowed_by: Mapping[str, str]) -> Export:
    """The nonconformities that the filters of their page leave; all where a filter means nothing."""
    form = FilterForm(narrowed_by)
    filters = form.cleaned_data if form.is_valid() else {}
    rows = [
        {
            "number": row.number,
            "title": row.title,
            "case": row.case.code,
            "severity": row.severity,
            "state": row.state,
            "owner": row.owner,
            "opened_at": canonical.instant(row.opened_at),
            "due": row.due.isoformat() if row.due else None,
            "days_open": queries.days_open(row),
            "times_reopened": row.times_reopened,
            "fix_version": row.fix_version,
        }
        for row in queries.listed(rollout, **filters)
    ]
    title = _("Não conformidades do projeto")
    return Export(f"{rollout.code}-ncs", NONCONFORMITIES, rows, sheet=_("Não conformidades"), title=title)
