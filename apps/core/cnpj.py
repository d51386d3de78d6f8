"""CNPJ: the fourteen-digit form and the alphanumeric form in force from July 2026 (IN RFB 2.229/2024)."""

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from stdnum.br import cnpj as stdnum_cnpj
from stdnum.exceptions import ValidationError as NumberError


def compact(value: str) -> str:
    """The fourteen characters without punctuation, in capitals."""
    return stdnum_cnpj.compact(value).upper()


def show(value: str) -> str:
    """``12ABC34501DE35`` as ``12.ABC.345/01DE-35``."""
    return stdnum_cnpj.format(value) if value else ""


def validate(value: str) -> None:
    """Raise Django's ValidationError unless length, characters and both check digits are right."""
    try:
        stdnum_cnpj.validate(value)
    except NumberError:
        raise ValidationError(
            _("CNPJ inválido: confira os 14 caracteres e os dois dígitos verificadores."), code="cnpj"
        ) from None


class CNPJField(models.CharField):
    """Stores the compact form; accepts any punctuation."""

    default_validators = [validate]

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("max_length", 14)
        super().__init__(*args, **kwargs)

    def formfield(self, **kwargs):
        # Punctuation may be typed: the limit holds for the stored form.
        return super().formfield(**{"max_length": 20, **kwargs})

    def to_python(self, value):
        value = super().to_python(value)
        return compact(value) if value else value

    def get_prep_value(self, value):
        value = super().get_prep_value(value)
        return compact(value) if value else value
