from django import forms
from django.utils.translation import gettext_lazy as _

from apps.meetings.models import Meeting
from apps.rollouts.models import Rollout


def topics_field(_meeting: Meeting | None, rollout: Rollout) -> dict[str, forms.Field]:
    """What is asked of a session of the training besides: which topics it covered, of those that none has."""
    field = forms.ModelMultipleChoiceField(
        queryset=rollout.training_topics.filter(covered_in=None), label=_("Tópicos cobertos"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    return {"topics": field}
