from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.companies.people.choices import PersonField
from apps.stages.acceptance import choosing
from apps.stages.acceptance.models import Signatory


class SignForm(forms.Form):
    success_message = _("Termo assinado.")

    code = forms.CharField(
        label=_("Código recebido por e-mail"),
        max_length=12,
        help_text=_("Seis números. Vale por dez minutos."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    consent = forms.BooleanField(required=False)

    def __init__(self, *args, consent: str, passkey: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["consent"].label = consent
        if passkey:
            del self.fields["code"]


class ElsewhereForm(forms.Form):
    """A plain file and no upload in parts: a file that was refused is not kept for the next try."""

    success_message = _("Assinatura recebida e conferida.")

    file = forms.FileField(
        label=_("PDF assinado"),
        help_text=_("O arquivo que o seu programa de assinatura gravou."),
        widget=forms.FileInput(attrs={"accept": ".pdf,application/pdf"}),
    )


class CPFForm(forms.Form):
    success_message = _("CPF informado. Agora baixe o PDF, assine-o e envie-o aqui.")

    cpf = forms.CharField(
        label=_("CPF do seu certificado"),
        max_length=20,
        help_text=_(
            "Serve só para conferir a sua assinatura. Guardamos um resumo criptográfico com chave, até você assinar; "
            "nunca o número."
        ),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class RefuseForm(forms.Form):
    success_message = _("Recusa registrada.")

    reason = forms.CharField(label=_("Motivo da recusa"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class DesignateForm(forms.Form):
    success_message = _("Designação registrada. A pessoa e os demais signatários são avisados por e-mail.")

    reason = forms.CharField(
        label=_("Motivo"), max_length=300, help_text=_("Os demais signatários leem, e fica no histórico do projeto.")
    )

    def __init__(self, *args, signatory: Signatory, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        to = PersonField(choosing.colleagues(signatory, by=by), label=gettext("Quem assina"))
        self.fields = {"to": to, **self.fields}


class DelegateForm(forms.Form):
    success_message = _("Assinatura delegada. A pessoa é avisada por e-mail.")

    def __init__(self, *args, signatory: Signatory, by: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"] = PersonField(
            choosing.colleagues(signatory, by=by), label=gettext("Quem assina no seu lugar")
        )
