"""The field for files: works as a plain one, and with static/js/uploads.js takes files that came in parts before."""

import json
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.files.actions import FormFile
from apps.files.uploads import Claim

# With images among what is taken, a phone offers its camera beside its files.
ACCEPT = "image/*,.mp4,.webm,.mov,.pdf,.doc,.docx,.odt,.xls,.xlsx,.ods,.csv,.txt,.md,.json,.yaml,.yml,.xml,.zip"


class FilesInput(forms.FileInput):
    """A file input, and beside it the numbers of the uploads that are already there."""

    allow_multiple_selected = True
    most = 1

    def value_from_datadict(self, data, files, name) -> list[FormFile]:
        plain = files.getlist(name) if hasattr(files, "getlist") else [files[name]] if files.get(name) else []
        claimed = data.getlist(f"{name}-uploads") if hasattr(data, "getlist") else []
        return [*plain, *(Claim(pk) for pk in dict.fromkeys(claimed))]

    def value_omitted_from_data(self, data, files, name) -> bool:
        return name not in files and f"{name}-uploads" not in data

    def use_required_attribute(self, initial) -> bool:
        """What came before does not stand in the input; the field itself asks."""
        return False

    def render(self, name, value, attrs=None, renderer=None) -> SafeString:
        attrs = {
            "accept": ACCEPT,
            **(attrs or {}),
            "data-uploads": reverse("files:start"),
            "data-uploads-as": f"{name}-uploads",
            "data-uploads-most": str(self.most),
            "data-uploads-bytes": str(settings.MAX_UPLOAD_BYTES),
            "data-uploads-words": json.dumps(words()),
        }
        if self.most > 1:
            attrs["multiple"] = True
        claimed = [form_file.pk for form_file in value or [] if isinstance(form_file, Claim)]
        hidden_inputs = format_html_join(
            "", '<input type="hidden" name="{}" value="{}">', ((f"{name}-uploads", pk) for pk in claimed)
        )
        return format_html("{}{}", super().render(name, None, attrs, renderer), hidden_inputs)


class FilesField(forms.Field):
    """Up to ``most`` files; cleaned to what ``files.actions.received`` takes. With ``most`` of one, one or None."""

    widget = FilesInput

    def __init__(self, *, most: int = 1, **kwargs) -> None:
        self.most = most
        super().__init__(**kwargs)
        self.widget.most = most  # type: ignore[attr-defined]

    def clean(self, value: list[FormFile] | None) -> Any:
        form_files = value or []
        if self.required and not form_files:
            raise forms.ValidationError(self.error_messages["required"], code="required")
        if len(form_files) > self.most:
            text = ngettext("Envie só %(most)d arquivo.", "Envie no máximo %(most)d arquivos.", self.most)
            raise forms.ValidationError(text % {"most": self.most}, code="most")
        return form_files if self.most > 1 else next(iter(form_files), None)


def words() -> dict[str, str]:
    """What the script says, in the reader's language; ``{…}`` is filled in there."""
    return {
        "drop": _("ou arraste para cá"),
        "waiting": _("Na fila"),
        "sending": _("Enviando"),
        "checking": _("Conferindo"),
        "done": _("Pronto"),
        "lost": _("Conexão perdida. Nova tentativa em {seconds} s; o que já chegou fica guardado."),
        "again": _("Retomando de onde parou"),
        "resume": _("Interrompido em {percent}%. Escolha o mesmo arquivo para continuar de onde parou."),
        "ended": _("Sua sessão terminou. Entre de novo em outra aba e este envio continua."),
        "large": _("Passa do limite de {limit}."),
        "empty": _("O arquivo está vazio."),
        "many": _("Limite de arquivos aqui: {most}. “{name}” ficou de fora."),
        "cancel": _("Cancelar o envio de {name}"),
        "remove": _("Tirar {name}"),
        "hold": _("O formulário segue sozinho assim que os arquivos chegarem."),
        "failed": _("Não foi possível enviar este arquivo. Tire-o e tente de novo."),
    }
