"""What the layout of a rollout's pages needs."""

from datetime import date

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core import clock
from apps.rollouts import planning, queries, registry, timeline
from apps.rollouts.models import Event, Rollout
from apps.rollouts.stages import PartyRole, Stage

register = template.Library()


@register.simple_tag
def stage_steps(rollout: Rollout) -> list[queries.Step]:
    """The steps of the stage rail."""
    return queries.steps(rollout)


@register.simple_tag
def rollout_rooms() -> list[registry.Room]:
    """The rooms, in the order of the process."""
    return registry.rooms()


@register.simple_tag(takes_context=True)
def rollout_tools(context: template.Context, rollout: Rollout) -> list[str]:
    """The templates of the header's tools, for whoever is looking."""
    return registry.tools(context["request"].user, rollout)


@register.filter
def party_label(role: str) -> str:
    """The label of a party role."""
    return str(PartyRole(role).label) if role in PartyRole.values else ""


@register.filter
def company_of(rollout: Rollout, role: str) -> object:
    """The company that plays ``role``; nothing for no role."""
    return rollout.company(role) if role else ""


@register.filter
def event_icon(event: Event) -> str:
    """The name of the icon of the event's kind."""
    return timeline.kind_of(event).icon


@register.simple_tag
def plan_lines(rollout: Rollout) -> list[planning.Line]:
    """Each stage as planned and as it was."""
    return planning.lines(rollout)


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
