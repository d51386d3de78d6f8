from django import forms
from django.utils.translation import gettext_lazy as _


class MailedCodeForm(forms.Form):
    """The code that proves that it is them (``accounts.proof.codes``)."""

    mailed = forms.CharField(
        label=_("Código recebido por e-mail"),
        max_length=12,
        help_text=_("Seis números. Vale por dez minutos."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
