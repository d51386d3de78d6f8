"""What the pages of the clocks need."""

from django import template
from django.urls import reverse
from django.utils.functional import Promise

from apps.core.process import PartyRole, Stage
from apps.core.web.pages import ROWS_OF_A_PAGE
from apps.portfolio.clocks.counting import Why
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
def why_label(why: str) -> str | Promise:
    """Why a day counts for a party."""
    return Why(why).label


@register.simple_tag
def event_address(rollout: Rollout, sequence: int) -> str:
    """The place of the event ``sequence`` on the pages of the timeline, whose newest event stands first."""
    page = (rollout.version - sequence) // ROWS_OF_A_PAGE + 1
    return f"{reverse('rollouts:timeline', args=[rollout.pk])}?page={page}#evento-{sequence}"
