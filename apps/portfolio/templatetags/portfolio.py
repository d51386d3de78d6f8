"""What the pages of the portfolio need."""

from collections.abc import Mapping
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.functional import Promise

from apps.core.process import PartyRole, Stage
from apps.core.web.pages import ROWS_OF_A_PAGE
from apps.portfolio.clocks.counting import Why
from apps.portfolio.forecasts.health import TONES, Health, reason_of_row
from apps.portfolio.projects import columns, filters
from apps.portfolio.projects.columns import ProjectColumn
from apps.rollouts.models import Rollout

register = template.Library()


@register.filter
def stage_label(stage: str) -> str | Promise:
    """The name of ``stage``."""
    return Stage(stage).label


@register.filter
def party_label(role: str) -> str | Promise:
    """The name of a party's ``role``."""
    return PartyRole(role).label


@register.filter
def days_of(parties: Mapping[str, float], role: str) -> float:
    """The days of the party ``role``."""
    return parties[role]


@register.filter
def why_label(why: str) -> str | Promise:
    """Why a day counts for a party."""
    return Why(why).label


@register.simple_tag
def event_address(rollout: Rollout, sequence: int) -> str:
    """The place of the event ``sequence`` on the pages of the timeline, whose newest event stands first."""
    page = (rollout.version - sequence) // ROWS_OF_A_PAGE + 1
    return f"{reverse('rollouts:timeline', args=[rollout.pk])}?page={page}#evento-{sequence}"


@register.simple_tag(takes_context=True)
def kept_pairs(context: template.Context, *without: object) -> list[tuple[str, str]]:
    """What of the page's address narrows or arranges the list, but ``without``: names of parameters, or forms with theirs."""
    names = [name for item in without for name in (getattr(item, "fields", None) or [str(item)])]
    return list(filters.parameters(context["request"].GET, *names))


@register.simple_tag(takes_context=True)
def kept_query(context: template.Context, *without: str) -> str:
    """The same as the query of an address."""
    pairs = list(filters.parameters(context["request"].GET, *without))
    return f"?{urlencode(pairs)}" if pairs else ""


@register.simple_tag(takes_context=True)
def sort_query(context: template.Context, column: ProjectColumn, order: str) -> str:
    """The address that sorts by ``column``: upwards first, then downwards."""
    pairs = list(filters.parameters(context["request"].GET, "order", "view"))
    return "?" + urlencode([*pairs, ("order", f"-{column.key}" if order == column.key else column.key)])


@register.simple_tag
def sort_state(column: ProjectColumn, order: str) -> str:
    """How the list is sorted by ``column``, as ``aria-sort`` says it."""
    return {column.key: "ascending", f"-{column.key}": "descending"}.get(order, "none")


@register.simple_tag(takes_context=True)
def lane_query(context: template.Context, stage: str) -> str:
    """The same filters, at ``stage`` alone."""
    return "?" + urlencode([*filters.parameters(context["request"].GET, "stage", "view"), ("stage", stage)])


@register.simple_tag
def heading_of(column: ProjectColumn, rollout: Rollout) -> object:
    """Under what heading ``rollout`` stands where projects are grouped by ``column``."""
    return column.heading_of(rollout) if column.heading_of else ""


@register.filter
def value_of(rollout: Rollout, column: ProjectColumn) -> object:
    """What ``column`` says of ``rollout``."""
    return column.value(rollout)


@register.filter
def health_label(health: str) -> str | Promise:
    """How a project stands against its plan."""
    return Health(health).label


@register.filter
def health_tone(health: str) -> str:
    """The badge tone of ``health``."""
    return TONES[Health(health)]


@register.filter
def health_reason(rollout: Rollout) -> str:
    """Why ``rollout`` stands as it does."""
    return reason_of_row(rollout)


@register.filter
def days_late(rollout: Rollout) -> int:
    """By how many business days its next stage is behind the plan."""
    return columns.days_late(rollout)
