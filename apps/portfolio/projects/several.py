"""What can be done with several projects at once: who may, what the page asks, what it says of each project, and the verb."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django import forms
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.core.process import Stage
from apps.notices import asking
from apps.portfolio.projects.several_forms import HandOverForm, RemindForm, ShiftPlanForm
from apps.rollouts import planning
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Rollout, RolloutQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Line:
    """What is said of one of the projects; ``is_left_out``: why nothing is done with it."""

    rollout: Rollout
    text: str
    is_left_out: bool = False


@dataclass(frozen=True)
class Several:
    """One thing to do. ``lines`` takes the projects, with what ``prepared`` adds to their query; ``do`` takes those that are
    not left out, ``by`` and what the form asks, raises ``Refusal``, and gives a number of which ``done`` makes a sentence.
    ``compares``: it is refused once when what ``lines`` said has changed since the page was shown."""

    key: str
    label: "StrOrPromise"
    icon: str
    permission: str
    explanation: "StrOrPromise"
    button: "StrOrPromise"
    form: type[forms.Form]
    prepared: Callable[[RolloutQuerySet], QuerySet[Rollout]]
    lines: Callable[[Sequence[Rollout]], Iterable[Line]]
    do: Callable[..., int]
    done: Callable[[int], str]
    compares: bool = True


def _reminders(rollouts: Sequence[Rollout]) -> Iterable[Line]:
    for ask in asking.asks(rollouts):
        count = len(ask.matters)
        matters = ngettext("%(n)d pendência", "%(n)d pendências", count) % {"n": count}
        parties = get_text_list([str(role.label) for role in ask.parties], _("e"))
        yield Line(ask.rollout, ask.why_not or f"{parties} · {matters}", bool(ask.why_not))


def _managers(rollouts: Sequence[Rollout]) -> Iterable[Line]:
    for rollout in rollouts:
        yield Line(
            rollout, str(rollout.project_manager) if rollout.is_open else _("está encerrado"), not rollout.is_open
        )


def _plans(rollouts: Sequence[Rollout]) -> Iterable[Line]:
    for rollout in rollouts:
        ahead = planning.shifted(rollout, 0)
        stage = next((stage for stage in planning.STEPS if stage in ahead), None)
        if stage is None:
            text = _("não tem etapas planejadas que ainda não começaram") if rollout.is_open else _("está encerrado")
            yield Line(rollout, text, is_left_out=True)
        else:
            label = _("Encerramento") if stage == Stage.COMPLETED else stage.label
            yield Line(rollout, f"{label} {date_format(ahead[stage], 'SHORT_DATE_FORMAT')}")


SEVERAL = (
    Several(
        key="lembrar",
        label=gettext_lazy("Lembrar"),
        icon="bell",
        permission="notices.remind",
        explanation=gettext_lazy(
            "Cada pessoa recebe um só e-mail, assinado por você, com tudo o que os projetos esperam dela. Fica no histórico; "
            "um projeto é lembrado uma vez por dia."
        ),
        button=gettext_lazy("Enviar lembretes"),
        form=RemindForm,
        prepared=asking.with_people,
        lines=_reminders,
        do=asking.remind_now,
        done=lambda count: (
            ngettext("%(n)d pessoa será lembrada.", "%(n)d pessoas serão lembradas.", count) % {"n": count}
        ),
        compares=False,  # What is settled meanwhile is only told no more.
    ),
    Several(
        key="passar",
        label=gettext_lazy("Passar a outro gerente"),
        icon="user-plus",
        permission="rollouts.hand_over",
        explanation=gettext_lazy("Todos os projetos passam juntos, ou nenhum."),
        button=gettext_lazy("Passar projetos"),
        form=HandOverForm,
        prepared=RolloutQuerySet.for_listing,
        lines=_managers,
        do=corrections.hand_over_several,
        done=lambda count: (
            ngettext("%(n)d projeto tem outro gerente.", "%(n)d projetos têm outro gerente.", count) % {"n": count}
        ),
    ),
    Several(
        key="deslocar",
        label=gettext_lazy("Deslocar plano"),
        icon="calendar-clock",
        permission="rollouts.plan",
        explanation=gettext_lazy(
            "As etapas que ainda não começaram mudam de dia em todos os projetos, ou em nenhum. Os prazos dos "
            "pré-requisitos acompanham."
        ),
        button=gettext_lazy("Deslocar planos"),
        form=ShiftPlanForm,
        prepared=RolloutQuerySet.for_listing,
        lines=_plans,
        do=planning.shift_several,
        done=lambda count: ngettext("%(n)d plano mudou.", "%(n)d planos mudaram.", count) % {"n": count},
    ),
)
BY_KEY = {several.key: several for several in SEVERAL}
