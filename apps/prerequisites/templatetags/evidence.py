from django import template

from apps.prerequisites import kinds
from apps.prerequisites.evidence.showing import Evidence
from apps.prerequisites.models import Submission

register = template.Library()


@register.filter
def evidence(submission: Submission) -> Evidence:
    """What the application found out about a delivery, in the reader's words."""
    return kinds.of(submission.prerequisite).evidence(submission)
