from django import forms
from django.utils.translation import gettext_lazy as _

from apps.core.web.forms import DayField
from apps.stages.development.models import Delivery, ProgressNote


class DueDateForm(forms.Form):
    success_message = _("Prazo registrado.")

    date = DayField(label=_("Data de entrega"))
    reason = forms.CharField(
        label=_("Motivo da mudança"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args, first: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if first:  # There is no date yet, so there is no change to explain.
            del self.fields["reason"]


class ProgressForm(forms.ModelForm):
    success_message = _("Andamento registrado.")

    class Meta:
        model = ProgressNote
        fields = ["percent", "text"]
        widgets = {"text": forms.Textarea(attrs={"rows": 3})}


class DeliveryForm(forms.ModelForm):
    success_message = _("Conector entregue. A Presence já pode iniciar o treinamento.")

    class Meta:
        model = Delivery
        fields = ["version", "notes", "limitations"]
        widgets = {"notes": forms.Textarea(attrs={"rows": 3}), "limitations": forms.Textarea(attrs={"rows": 2})}


class LaterDeliveryForm(DeliveryForm):
    """A version that comes after the development."""

    success_message = _("Versão entregue. A equipe decide na homologação o que se executa de novo com ela.")
