from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.web.forms import DayField
from apps.core.web.rest import Scope

CHOSEN_BY_HAND = (Scope.ANSWERS, Scope.PROJECT, Scope.SIGNATORIES)
"""What a token does in the name of its company or to the project: never chosen beforehand."""


def in_one_year():
    return clock.today() + timedelta(days=365)


class TokenForm(forms.Form):
    name = forms.CharField(
        label=_("Nome"), max_length=80, help_text=_("Aparece junto de tudo o que o token registrar: “CI da Conecta”.")
    )
    scopes = forms.MultipleChoiceField(label=_("O que pode fazer"), widget=forms.CheckboxSelectMultiple)
    expires = DayField(
        label=_("Vale até"), required=False, initial=in_one_year,
        help_text=_("Vazio: até ser revogado."),
    )  # fmt: skip

    def __init__(self, *args, scopes: list[Scope], **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = [(scope.value, scope.label) for scope in scopes]  # type: ignore[attr-defined]
        self.fields["scopes"].initial = [scope.value for scope in scopes if scope not in CHOSEN_BY_HAND]
