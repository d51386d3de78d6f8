from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.meetings.forms import PeopleForm
from apps.meetings.models import Meeting
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries


class StartForm(PeopleForm):
    """Who is there; cleaned to what ``actions.start`` takes."""

    success_message = _("Sessão iniciada.")
    with_absences = True

    def __init__(self, *args, rollout: Rollout, user: User, **kwargs) -> None:
        ahead = queries.sessions_of(rollout.pk).planned()
        next_session: Meeting | None = ahead.first()
        super().__init__(*args, rollout=rollout, meeting=next_session, user=user, **kwargs)
        if next_session:
            self.fields["planned"] = forms.ModelChoiceField(
                label=_("Sessão agendada"), required=False, queryset=ahead, empty_label=_("Não estava agendada"),
                initial=next_session,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        return data | {"planned": data.get("planned")}
