from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.localized import Localized
from apps.stages.kickoff.models import AgreedMethod, Amendment, Kickoff


class NotesForm(forms.Form):
    notes = forms.CharField(label=_("O que ficou combinado"), required=False, widget=forms.Textarea(attrs={"rows": 2}))


class ModelForm(forms.Form):
    success_message = _("Modelo de integração definido.")

    model = forms.ChoiceField(label=_("Modelo de integração"), widget=forms.RadioSelect)
    model_note = forms.CharField(
        label=_("Frequência, volume e observações"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, kickoff: Kickoff, **kwargs) -> None:
        kwargs.setdefault("initial", {"model": kickoff.model, "model_note": kickoff.model_note})
        super().__init__(*args, **kwargs)
        self.fields["model"].choices = [  # type: ignore[attr-defined]
            (offer["key"], f"{Localized.of(offer['title'])}: {Localized.of(offer['help'])}")
            for offer in kickoff.offered_models
        ]


class CorrectModelForm(ModelForm):
    success_message = _("Modelo de integração corrigido.")

    reason = forms.CharField(
        label=_("Motivo"), widget=forms.Textarea(attrs={"rows": 2}), help_text=_("Todas as partes leem no histórico.")
    )


class MethodsForm(forms.Form):
    success_message = _("Métodos definidos.")

    methods = forms.ModelMultipleChoiceField(
        queryset=AgreedMethod.objects.none(), label=_("Métodos adotados"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, kickoff: Kickoff, **kwargs) -> None:
        kwargs.setdefault("initial", {"methods": kickoff.methods.filter(agreed=True)})
        super().__init__(*args, **kwargs)
        self.fields["methods"].queryset = kickoff.methods.all()  # type: ignore[attr-defined]
        self.fields["methods"].label_from_instance = (  # type: ignore[attr-defined]
            lambda method: f"{method.code} · {method.title} ({method.get_direction_display()})"
        )

    def clean_methods(self) -> list:
        return list(self.cleaned_data["methods"])


class MinutesForm(forms.Form):
    success_message = _("Ata publicada. O PDF fica pronto em instantes, e as partes são chamadas a confirmar.")

    minutes = forms.CharField(label=_("Ata"), widget=forms.Textarea(attrs={"rows": 8}))


class MinutesAnswerForm(forms.Form):
    success_message = _("Resposta registrada. Obrigado!")

    answer = forms.ChoiceField(
        label=_("A ata diz o que foi combinado?"),
        choices=[("yes", _("Sim, confirmo")), ("no", _("Não, há algo a corrigir"))],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=_("O que não foi combinado assim"), required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {"agrees": data.get("answer") == "yes", "reason": data.get("reason", "")}


class AmendmentsForm(forms.Form):
    """``amendments`` are those that wait for the party that answers."""

    success_message = _("Resposta registrada. Obrigado!")

    numbers = forms.MultipleChoiceField(label=_("Aditivos"), widget=forms.CheckboxSelectMultiple)
    answer = forms.ChoiceField(
        label=_("A sua empresa concorda?"),
        choices=[("yes", _("Sim, aceito: vale a partir de agora")), ("no", _("Não, fica como está"))],
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Por que não"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args, amendments: Sequence[Amendment], **kwargs) -> None:
        kwargs.setdefault("initial", {"numbers": [str(row.number) for row in amendments]})
        super().__init__(*args, **kwargs)
        self.fields["numbers"].choices = [(str(row.number), in_words(row)) for row in amendments]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Hand the action what it takes."""
        data = super().clean() or {}
        return {
            "numbers": [int(number) for number in data.get("numbers", [])],
            "accepts": data.get("answer") == "yes",
            "note": data.get("note", ""),
        }


def in_words(amendment: Amendment) -> str:
    """What ``amendment`` changes, in one line, in the reader's language."""
    row = amendment.row
    place = " · ".join(str(part) for part in (row.method or row.spec.title, row))
    values = {"number": amendment.number, "place": place, "who": amendment.proposed_by}
    if amendment.removes:
        return gettext("%(number)d. %(place)s: retirar a linha (%(who)s)") % values
    before, after = (f"“{text}”" if text else gettext("vazio") for text in amendment.in_words)
    change = {"column": amendment.column_label, "before": before, "after": after, "reason": amendment.reason}
    if amendment.reason:
        return gettext("%(number)d. %(place)s · %(column)s: de %(before)s para %(after)s (%(who)s: %(reason)s)") % (
            values | change
        )
    return gettext("%(number)d. %(place)s · %(column)s: de %(before)s para %(after)s (%(who)s)") % (values | change)
