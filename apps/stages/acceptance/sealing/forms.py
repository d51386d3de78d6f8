from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from apps.files.actions import sha256


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Código de verificação"),
        max_length=40,
        help_text=_("Doze letras e números, no rodapé de cada página: XXXX-XXXX-XXXX."),
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )


class CompareForm(forms.Form):
    """A file to compare, or its hash alone, where the browser worked it out."""

    file = forms.FileField(label=_("Arquivo PDF do termo"), required=False)
    sha256 = forms.RegexField(r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput)

    def clean(self) -> dict:
        data = super().clean() or {}
        if not self.errors and not data.get("file") and not data.get("sha256"):
            self.add_error("file", _("Escolha o arquivo PDF do termo."))
        if data.get("file") and data["file"].size > settings.MAX_UPLOAD_BYTES:
            self.add_error("file", _("Nenhum termo é tão grande. Confira o arquivo."))
        return data

    def digest(self) -> str:
        """The hash of what was given: of the file itself where it came. The form must be valid."""
        file = self.cleaned_data["file"]
        return sha256(file) if file else self.cleaned_data["sha256"]
