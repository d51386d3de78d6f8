"""What the layout of a rollout's pages needs."""

from django import template

from apps.rollouts import queries, registry, timeline
from apps.rollouts.models import Event, Rollout
from apps.rollouts.stages import PartyRole

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
