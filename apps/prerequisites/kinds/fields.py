"""Form fields that several kinds ask."""

from django import forms
from django.utils.html import escape, format_html
from django.utils.translation import gettext as _

from apps.core.web.forms import AddressField


def link_field(label: str = "Link", *, required: bool = True, help_text: str = "") -> AddressField:
    return AddressField(label=label, required=required, help_text=help_text)


def text_field(label: str = "", *, required: bool = True, help_text: str = "") -> forms.CharField:
    """Some lines of text, a description unless ``label`` says what."""
    widget = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label or _("Descrição"), required=required, widget=widget, help_text=help_text)


def help_with_example(text: object, example: object) -> str:
    """Help text, escaped: a project manager may have written it. The example comes last."""
    if not str(example):
        return escape(str(text))
    return format_html('{} <span class="block">{} {}</span>', str(text), _("Exemplo:"), str(example))
