from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core import clock
from apps.core.localized import Localized
from apps.core.network.mailboxes import MailboxFormField
from apps.core.process import PartyRole
from apps.core.web.forms import AddressField
from apps.core.web.widgets import DateTimeInput
from apps.stages.kickoff.models import AgreedMethod, Kickoff, Participant


class ScheduleForm(forms.Form):
    success_message = _("Reunião marcada.")

    scheduled_at = forms.DateTimeField(label=_("Data e hora"), widget=DateTimeInput)
    link = AddressField(label=_("Link da reunião"), required=False)


class ParticipantForm(forms.Form):
    success_message = _("Participante incluído.")

    name = forms.CharField(label=_("Nome"), max_length=120)
    party = forms.ChoiceField(label=_("Parte"), choices=PartyRole.choices)
    email = MailboxFormField(label=_("E-mail"), required=False)


class HoldForm(forms.Form):
    success_message = _("Reunião registrada. Falta publicar a ata.")

    held_at = forms.DateTimeField(label=_("Realizada em"), widget=DateTimeInput)
    attended = forms.ModelMultipleChoiceField(
        queryset=Participant.objects.none(), label=_("Quem participou"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args, kickoff: Kickoff, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attended"].queryset = kickoff.participants.all()  # type: ignore[attr-defined]
        self.fields["attended"].label_from_instance = (  # type: ignore[attr-defined]
            lambda person: f"{person.name} ({person.get_party_display()})"
        )
        self.fields["held_at"].initial = kickoff.scheduled_at or clock.now()

    def clean_attended(self) -> list:
        return list(self.cleaned_data["attended"])


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
