"""The columns of the list of all projects: what each shows, how it is sorted, and what it is in a file."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, QuerySet
from django.db.models.expressions import OrderBy
from django.utils.translation import gettext_lazy as _

from apps.core import canonical, clock
from apps.core.database.unaccented import by_name
from apps.core.exports import tables
from apps.core.exports.tables import Export, Kind
from apps.core.process import PartyRole, Stage
from apps.portfolio.forecasts.health import Health, reason_of_row
from apps.rollouts import planning
from apps.rollouts.models import Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class ProjectColumn:
    """One column. ``value`` is what a file says of a project of ``filters.with_facts``. ``ascending`` is its order; empty
    where nobody would sort by it. ``usual``: shown unless other columns are chosen. Where projects may be grouped by it,
    ``heading_of`` is what stands above each group, and ``group_order`` brings together what belongs to one."""

    key: str
    heading: "StrOrPromise"
    value: Callable[[Any], Any]
    ascending: Sequence[OrderBy] = ()
    usual: bool = True
    kind: Kind = Kind.TEXT
    labels: "dict[str, StrOrPromise] | None" = None
    heading_of: Callable[[Any], object] | None = None
    group_order: Sequence[OrderBy] = ()

    @property
    def can_be_sorted(self) -> bool:
        return bool(self.ascending)


def days_late(rollout: Any) -> int:
    """By how many business days the next stage of an open project is behind its plan; 0 when it is not, or has none."""
    planned = rollout.next_planned
    return planning.days_late(planned, clock.today()) if planned and rollout.is_open else 0


def _company(role: PartyRole) -> Callable[[Any], str]:
    return lambda rollout: str(rollout.company(role))


def _day(name: str) -> Callable[[Any], str | None]:
    def value(rollout: Any) -> str | None:
        day = getattr(rollout, name)
        return day.isoformat() if day else None

    return value


def _ascending(field: str) -> list[OrderBy]:
    return [F(field).asc(nulls_last=True)]


COLUMNS = (
    ProjectColumn("code", _("Código"), lambda rollout: rollout.code, _ascending("pk"), usual=False),
    ProjectColumn(
        "client",
        _("Projeto"),
        lambda rollout: rollout.title,
        by_name("client_name", "platform__name"),
        heading_of=lambda rollout: rollout.company(PartyRole.CLIENT),
        group_order=[*by_name("client_name"), F("client_key").asc()],
    ),
    ProjectColumn(
        "stage",
        _("Etapa"),
        lambda rollout: rollout.stage,
        _ascending("stage_place"),
        labels=dict(Stage.choices),
        heading_of=lambda rollout: rollout.get_stage_display(),
        group_order=_ascending("stage_place"),
    ),
    ProjectColumn(
        "holder",
        _("Bola com"),
        lambda rollout: rollout.holder,
        [F("holder").asc(), F("holder_since").asc()],
        labels=dict(PartyRole.choices),
        heading_of=lambda rollout: rollout.get_holder_display() or _("Encerrado"),
        group_order=_ascending("holder"),
    ),
    ProjectColumn(
        "health",
        _("Situação do prazo"),
        lambda rollout: rollout.health,
        _ascending("health_place"),
        labels={"": "", **dict(Health.choices)},
        heading_of=lambda rollout: Health(rollout.health).label if rollout.health else _("Sem situação"),
        group_order=_ascending("health_place"),
    ),
    ProjectColumn(
        "waiting",
        _("Pendências"),
        lambda rollout: rollout.missing,
        _ascending("missing"),
        usual=False,
        kind=Kind.NUMBER,
    ),
    ProjectColumn(
        "platform",
        _("Plataforma"),
        lambda rollout: str(rollout.platform),
        by_name("platform__name"),
        usual=False,
        heading_of=lambda rollout: rollout.platform,
        group_order=[*by_name("platform__name"), F("platform").asc()],
    ),
    ProjectColumn(
        "integrator",
        _("Integrador"),
        _company(PartyRole.INTEGRATOR),
        by_name("integrator_name"),
        usual=False,
        heading_of=lambda rollout: rollout.company(PartyRole.INTEGRATOR),
        group_order=[*by_name("integrator_name"), F("integrator_key").asc()],
    ),
    ProjectColumn(
        "manager",
        _("Gerente"),
        lambda rollout: str(rollout.project_manager),
        by_name("project_manager__name"),
        heading_of=lambda rollout: rollout.project_manager,
        group_order=[*by_name("project_manager__name"), F("project_manager").asc()],
    ),
    ProjectColumn("next", _("Próxima etapa"), _day("next_planned"), _ascending("next_planned"), kind=Kind.DAY),
    ProjectColumn("likely", _("Previsão 50%"), _day("likely"), _ascending("likely"), usual=False, kind=Kind.DAY),
    ProjectColumn("safe", _("Previsão 80%"), _day("safe"), _ascending("safe"), usual=False, kind=Kind.DAY),
    ProjectColumn("target", _("Data-alvo"), _day("target_date"), _ascending("target_date"), kind=Kind.DAY),
    ProjectColumn("late", _("Dias de atraso"), days_late, usual=False, kind=Kind.NUMBER),
    ProjectColumn("reason", _("Motivo da situação"), reason_of_row, usual=False),
    ProjectColumn(
        "opened",
        _("Aberto em"),
        lambda rollout: canonical.instant(rollout.started_at),
        _ascending("started_at"),
        usual=False,
        kind=Kind.INSTANT,
    ),
    ProjectColumn(
        "closed",
        _("Encerrado em"),
        lambda rollout: canonical.instant(rollout.closed_at) if rollout.closed_at else None,
        _ascending("closed_at"),
        usual=False,
        kind=Kind.INSTANT,
    ),
)
BY_KEY = {column.key: column for column in COLUMNS}
GROUPS = tuple(column for column in COLUMNS if column.group_order)


def chosen(keys: Sequence[str]) -> list[ProjectColumn]:
    """The columns of ``keys`` in their usual order, with the one that names the project; the usual ones where none is."""
    known_keys = {key for key in keys if key in BY_KEY}
    return [column for column in COLUMNS if (column.key in {*known_keys, "client"} if known_keys else column.usual)]


def arranged(rollouts: QuerySet[Rollout], order: str, group: str) -> QuerySet[Rollout]:
    """``rollouts`` by the column ``order`` ("-target" backwards), the newest first where it is none, and before that by the
    one that they are grouped by."""
    column = BY_KEY.get(order.removeprefix("-"))
    terms = _terms(column.ascending, backwards=order.startswith("-")) if column else []
    grouped = BY_KEY[group].group_order if group in BY_KEY else ()
    return rollouts.order_by(*grouped, *terms, "-started_at", "-pk")


def _terms(ascending: Sequence[OrderBy], *, backwards: bool) -> list[OrderBy]:
    if not backwards:
        return list(ascending)
    return [OrderBy(term.expression, descending=True, nulls_last=term.nulls_last) for term in ascending]


def export(rollouts: QuerySet[Rollout], columns: Sequence[ProjectColumn]) -> Export:
    """``rollouts`` as a table with ``columns`` and, so that a program can refer to it, the code."""
    shown = [BY_KEY["code"], *(column for column in columns if column.key != "code")]
    return Export(
        "projetos",
        [
            tables.Column(column.key, column.heading, column.kind, labels=column.labels or {}, width=20)
            for column in shown
        ],
        [{column.key: column.value(rollout) for column in shown} for rollout in rollouts],
        sheet=_("Projetos"),
        title=_("Projetos de integração"),
    )
