"""What the layout of a rollout's pages needs."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.db.models import Model
from django.middleware.csrf import get_token
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import clock, plugins
from apps.core.plugins import Page
from apps.core.process import Stage
from apps.rollouts import planning, queries
from apps.rollouts.models import Event, FormerParty, Rollout
from apps.rollouts.unfinished import queries as unfinished

register = template.Library()


@register.simple_tag
def stage_steps(rollout: Rollout) -> list[queries.Step]:
    """The steps of the stage rail."""
    return queries.steps(rollout)


@register.simple_tag
def rollout_pages() -> list[Page]:
    """The apps' pages of a rollout, in the order of the process."""
    return plugins.pages()


@register.simple_tag(takes_context=True)
def failures_of(context: template.RequestContext, item: Model | None) -> list[unfinished.Failure]:
    """What a worker gave up for ``item``; one query a page."""
    if item is None:
        return []
    if not hasattr(context.request, "_given_up"):
        context.request._given_up = unfinished.given_up_by_item()  # type: ignore[attr-defined]
    return context.request._given_up.get((item._meta.label, str(item.pk)), [])  # type: ignore[attr-defined]


@register.inclusion_tag("rollouts/given_up.html", takes_context=True)
def given_up(context: template.RequestContext, item: Model | None) -> dict[str, object]:
    """The same, said, with the button that asks for it again."""
    request, failures = context.request, failures_of(context, item)
    rollout = item if isinstance(item, Rollout) else getattr(item, "rollout", None)
    return {
        "failures": failures,
        "may_try_again": bool(failures) and request.user.has_perm("rollouts.try_again", rollout),
        "here": request.get_full_path(),
        "csrf_token": get_token(request) if failures else "",
    }


@register.simple_tag
def given_up_count() -> int:
    """How much work was given up, for the first page of who looks after it."""
    return unfinished.given_up().count()


@register.filter
def company_of(rollout: Rollout, role: str) -> object:
    """The company that plays ``role``; nothing for no role."""
    return rollout.company(role) if role else ""


@register.simple_tag
def company_then(event: Event, former_parties: Iterable[FormerParty] | None) -> str:
    """The company that acted for the event's party, where another has taken its place since: of ``former_parties``, those of
    its rollout in order; empty otherwise."""
    left_later = [row for row in former_parties or () if row.role == event.party and row.until > event.at]
    return str(left_later[0].company) if left_later else ""


@register.simple_tag
def plan_lines(rollout: Rollout) -> list[planning.Line]:
    """Each stage as planned and as it was."""
    return planning.lines(rollout)


@register.simple_tag
def plan_misfit(rollout: Rollout) -> planning.Misfit:
    """What of the plan does not fit before the target date."""
    return planning.misfit(rollout)


@register.filter
def stage_label(stage: str) -> str:
    """The label of a stage."""
    return str(Stage(stage).label) if stage in Stage.values else ""


@register.filter
def due_words(due: date | None) -> str:
    """How far a due day is: ``vence em 3 dias``, ``vence hoje``, ``venceu há 2 dias``."""
    if due is None:
        return ""
    days = (due - clock.today()).days
    if days == 0:
        return _("vence hoje")
    if days > 0:
        return ngettext("vence em %(n)s dia", "vence em %(n)s dias", days) % {"n": days}
    return ngettext("venceu há %(n)s dia", "venceu há %(n)s dias", -days) % {"n": -days}
