from django import forms

from apps.companies.models import Membership
from apps.rollouts.models import Rollout


class AssignForm(forms.Form):
    """Who takes care of a matter; empty for nobody in particular."""

    to = forms.ModelChoiceField(queryset=Membership.objects.none(), required=False)

    def __init__(self, *args, rollout: Rollout, role: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = rollout.company(role).memberships.all()  # type: ignore[attr-defined]
