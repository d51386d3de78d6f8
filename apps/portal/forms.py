from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.companies.models import Membership
from apps.rollouts.models import Rollout


class DateAnswerForm(forms.Form):
    success_message = _("Resposta registrada. Obrigado!")

    answer = forms.ChoiceField(
        label=_("Esta data serve?"),
        choices=[("yes", _("Sim, confirmo")), ("no", _("Não, preciso de outra data"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("Se não serve: por quê, e quando seria melhor"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {"suits": data.get("answer") == "yes", "reason": data.get("reason", "")}


class NoteForm(forms.Form):
    success_message = _("Concluído. Obrigado!")

    note = forms.CharField(
        label=_("Observação"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ConfirmForm(forms.Form):
    """Nothing to type: the button is the answer."""

    success_message = _("Registrado. Obrigado!")


class AssignForm(forms.Form):
    """Who takes care of a matter; empty for nobody in particular."""

    to = forms.ModelChoiceField(queryset=Membership.objects.none(), required=False)

    def __init__(self, *args, rollout: Rollout, role: str, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = rollout.company(role).memberships.all()  # type: ignore[attr-defined]
