"""How a project stands: its forecast against its plan, with the reason in a sentence."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Case, DateField, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from apps.core import clock, workdays
from apps.core.process import CLOSED, PartyRole, Stage
from apps.portfolio.models import Forecast
from apps.rollouts.models import PlannedStage, Rollout


class Health(models.TextChoices):
    """The worst first, as they are sorted."""

    LATE = "late", gettext_lazy("Atrasado")
    AT_RISK = "at_risk", gettext_lazy("Em risco")
    ON_COURSE = "on_course", gettext_lazy("No prazo")


TONES = {Health.LATE: "danger", Health.AT_RISK: "warning", Health.ON_COURSE: "success"}
"""The badge tone of each."""
HELD_BY = {
    PartyRole.PRESENCE: gettext_lazy("com a Presence"),
    PartyRole.PLATFORM: gettext_lazy("com a plataforma"),
    PartyRole.INTEGRATOR: gettext_lazy("com o integrador"),
    PartyRole.CLIENT: gettext_lazy("com o cliente"),
}
PAUSED_BY = {
    PartyRole.PRESENCE: gettext_lazy("em pausa por causa da Presence"),
    PartyRole.PLATFORM: gettext_lazy("em pausa por causa da plataforma"),
    PartyRole.INTEGRATOR: gettext_lazy("em pausa por causa do integrador"),
    PartyRole.CLIENT: gettext_lazy("em pausa por causa do cliente"),
}
TO_FINISH = {
    Stage.KICKOFF: pgettext_lazy("in a sentence", "a reunião inaugural"),
    Stage.DEVELOPMENT: pgettext_lazy("in a sentence", "o desenvolvimento"),
    Stage.TRAINING: pgettext_lazy("in a sentence", "o treinamento"),
    Stage.HOMOLOGATION: pgettext_lazy("in a sentence", "a homologação"),
    Stage.ACCEPTANCE: pgettext_lazy("in a sentence", "o termo de aceite"),
    Stage.GO_LIVE: pgettext_lazy("in a sentence", "a entrada em produção"),
}
"""Each stage of an open project within a sentence."""


def judge(planned: date | None, likely: date | None, safe: date | None) -> Health | None:
    """Late where the planned day is over, or more likely missed than kept; at risk where it is kept with less than 80 %. None
    without a planned day or a forecast. ``with_health`` says the same to the database."""
    if planned is None or likely is None or safe is None:
        return None
    if planned < clock.today() or planned < likely:
        return Health.LATE
    return Health.AT_RISK if planned < safe else Health.ON_COURSE


def with_health(rollouts: QuerySet[Rollout]) -> QuerySet[Rollout]:
    """``rollouts`` with the two days of the newest forecast of an open one (``likely``, ``safe``; None where that was made
    at another stage), the planned day of what it foretells (``planned_goal``), the ``health``, and ``health_place`` to sort
    by. ``outlook`` says the same of one."""
    planned = {
        goal: Subquery(PlannedStage.objects.filter(rollout=OuterRef("pk"), stage=goal).values("starts")[:1])
        for goal in (Stage.GO_LIVE, Stage.COMPLETED)
    }
    is_open = ~Q(stage__in=CLOSED)
    goal_day = Case(
        When(stage=Stage.GO_LIVE, then=planned[Stage.COMPLETED]),
        When(is_open, then=Coalesce(planned[Stage.GO_LIVE], F("target_date"))),
        output_field=DateField(),
    )
    is_judged = Q(planned_goal__isnull=False, likely__isnull=False)
    is_late = Q(planned_goal__lt=clock.today()) | Q(planned_goal__lt=F("likely"))
    conditions = {
        Health.LATE: is_judged & is_late,
        Health.AT_RISK: is_judged & Q(planned_goal__lt=F("safe")),
        Health.ON_COURSE: is_judged,
    }
    return rollouts.annotate(
        likely=Case(When(is_open, then=_newest("likely"))),
        safe=Case(When(is_open, then=_newest("safe"))),
        planned_goal=goal_day,
    ).annotate(
        health=Case(
            *(When(condition, then=Value(health.value)) for health, condition in conditions.items()), default=Value("")
        ),
        health_place=Case(*(When(condition, then=Value(place)) for place, condition in enumerate(conditions.values()))),
    )


def _newest(day: str) -> Subquery:
    """The ``day`` of the newest forecast; nothing of one that was made at another stage, which foretells something else."""
    rows = Forecast.objects.filter(rollout=OuterRef("pk")).order_by("-day")
    return Subquery(rows.values_list(Case(When(stage=OuterRef("stage"), then=F(day))))[:1])


def planned_day(rollout: Rollout, goal: Stage) -> date | None:
    """The day on which ``goal`` is planned to be reached; the target date, where no plan says when it goes live."""
    starts = {row.stage: row.starts for row in rollout.plan}
    return starts.get(goal) or (rollout.target_date if goal == Stage.GO_LIVE else None)


def reason(rollout: Rollout, planned: date, likely: date, safe: date) -> str:
    """Why an open ``rollout`` stands as it does, in one sentence of the reader's language."""
    words = {"planned": _day(planned), "likely": _day(likely), "safe": _day(safe), "where": _whereabouts(rollout)}
    health = judge(planned, likely, safe)
    if health == Health.LATE and planned < clock.today():
        text = _(
            "Atrasado: a data planejada era %(planned)s e a previsão de 50%% é %(likely)s, a de 80%%, %(safe)s; %(where)s."
        )
    elif health == Health.LATE:
        text = _("Atrasado: a data planejada é %(planned)s e a previsão de 50%% já é %(likely)s; %(where)s.")
    elif health == Health.AT_RISK:
        text = _("Em risco: a data planejada é %(planned)s e a previsão de 80%% é %(safe)s; %(where)s.")
    else:
        text = _("No prazo: a data planejada é %(planned)s e a previsão de 80%% é %(safe)s; %(where)s.")
    return text % words


def reason_of_row(rollout: Any) -> str:
    """The same of a project of ``with_health``; empty where it is not judged."""
    return reason(rollout, rollout.planned_goal, rollout.likely, rollout.safe) if rollout.health else ""


def _whereabouts(rollout: Rollout) -> str:
    """The stage that is to be finished, and with whom it rests since how many business days."""
    hold = rollout.open_hold
    since = hold.started_at if hold else rollout.holder_since
    role = PartyRole((hold.caused_by if hold else rollout.holder) or PartyRole.PRESENCE)
    days = workdays.between(clock.day_of(since), clock.today())
    words = {
        "stage": TO_FINISH[Stage(rollout.stage)],
        "with": (PAUSED_BY if hold else HELD_BY)[role],
        "days": days,
    }
    if days <= 0:
        return _("falta concluir %(stage)s, %(with)s desde hoje") % words
    return (
        ngettext(
            "falta concluir %(stage)s, %(with)s há %(days)d dia útil",
            "falta concluir %(stage)s, %(with)s há %(days)d dias úteis",
            days,
        )
        % words
    )


def _day(day: date) -> str:
    return date_format(day, "SHORT_DATE_FORMAT")


@dataclass(frozen=True)
class Outlook:
    """What is foretold of a project: its newest ``forecast``, those of before that said something else, the ``planned`` day,
    and how it stands, with the ``reason``; None and empty without a planned day."""

    forecast: Forecast
    earlier: list[Forecast]
    planned: date | None
    health: Health | None
    reason: str

    @property
    def tone(self) -> str:
        return TONES[self.health] if self.health else "neutral"


EARLIER = 6
READ_BACK = 60
"""So many of the last forecasts are looked through for those that said something else."""


def outlook(rollout: Rollout) -> Outlook | None:
    """What is foretold of an open ``rollout``, in one query; None of a closed one, where nothing can be foretold yet, and
    until it is foretold anew after it came to another stage."""
    if not rollout.is_open:
        return None
    rows = list(Forecast.objects.filter(rollout=rollout.pk).order_by("-day")[:READ_BACK])
    if not rows or rows[0].stage != rollout.stage or rows[0].likely is None or rows[0].safe is None:
        return None
    newest = rows[0]
    planned = planned_day(rollout, Stage(newest.goal))
    health = judge(planned, newest.likely, newest.safe)
    text = reason(rollout, planned, rows[0].likely, rows[0].safe) if planned and health else ""
    return Outlook(newest, _changed(rows), planned, health, text)


def _changed(rows: list[Forecast]) -> list[Forecast]:
    """Of ``rows``, the newest first, those that said something else than the one after them, each as it was first said."""
    changed: list[Forecast] = []
    for row, before in zip(rows, [*rows[1:], None], strict=True):
        if before is None or (row.likely, row.safe, row.goal) != (before.likely, before.safe, before.goal):
            changed.append(row)
    return [row for row in changed[1:] if row.likely][:EARLIER]
