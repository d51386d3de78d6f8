"""What a delivery is, in the reader's words, as its kind shows it."""

from django import template

from apps.prerequisites import kinds
from apps.prerequisites.models import Submission

register = template.Library()


@register.filter
def lines(submission: Submission) -> list[str]:
    """What is to be read of a delivery besides its text, link and files."""
    return kinds.of(submission.prerequisite).lines(submission)


@register.filter
def facts(submission: Submission) -> list[kinds.Fact]:
    """The labelled values of a delivery."""
    return kinds.of(submission.prerequisite).facts(submission)


@register.filter
def wrong_labels(submission: Submission) -> list[str]:
    """The labels of the parts of a delivery that a reviewer pointed at."""
    parts = kinds.of(submission.prerequisite).parts()
    return [label for name, label in parts if name in submission.wrong]
