from django import template

from apps.prerequisites.evidence import showing
from apps.prerequisites.models import Submission

register = template.Library()


@register.filter
def evidence(submission: Submission) -> showing.Evidence:
    """What the application found out about a delivery, in the reader's words."""
    return showing.of(submission)
