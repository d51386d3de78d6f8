from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.minutes import MinutesField
from apps.core.web.forms import AddressField
from apps.core.web.widgets import DateTimeInput
from apps.stages.training.models import Topic, TrainingSession


class PlanForm(forms.Form):
    success_message = _("Sessão agendada.")

    scheduled_at = forms.DateTimeField(label=_("Data e hora"), widget=DateTimeInput)
    planned_minutes = MinutesField(label=_("Duração prevista"), initial=120, help_text=_("Como 2h ou 1h30."))
    link = AddressField(label=_("Link da reunião"), required=False)


class HeldForm(forms.Form):
    success_message = _("Sessão registrada.")

    held_minutes = MinutesField(label=_("Duração realizada"))
    attendance = forms.CharField(
        label=_("Lista de presença"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Uma pessoa por linha: nome; empresa; função."),
    )
    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.none(), label=_("Tópicos cobertos"), required=False, widget=forms.CheckboxSelectMultiple
    )
    note = forms.CharField(label=_("Observações"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, session: TrainingSession, open_topics: Iterable[Topic] | None = None, **kwargs) -> None:
        """``open_topics`` are those that no session covered, where they were read already."""
        super().__init__(*args, **kwargs)
        topics = self.fields["topics"]
        topics.queryset = session.rollout.training_topics.filter(covered_in=None)  # type: ignore[attr-defined]
        if open_topics is not None:
            topics.choices = [(topic.pk, str(topic)) for topic in open_topics]  # type: ignore[attr-defined]
        self.fields["held_minutes"].initial = session.planned_minutes

    def clean_attendance(self) -> list[dict[str, Any]]:
        """Rows of name, company and position; the company must be one that is named."""
        rows = []
        for line in self.cleaned_data["attendance"].splitlines():
            if not line.strip():
                continue
            parts = [part.strip() for part in line.split(";")]
            if len(parts) < 2 or not parts[0] or not parts[1]:
                raise forms.ValidationError(_("Escreva “nome; empresa; função” na linha “%(line)s”.") % {"line": line})
            rows.append({"name": parts[0], "company": parts[1], "position": parts[2] if len(parts) > 2 else ""})
        return rows


class CancelForm(forms.Form):
    success_message = _("Sessão cancelada.")

    reason = forms.CharField(label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}))
