"""Text in both languages of the product, shown in the reader's: from a blueprint, or made of a translated sentence."""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import get_language
from pydantic_core import CoreSchema, core_schema

from apps.core import clock

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LANGUAGES = {"pt": "pt-br", "en": "en"}
"""Django's name of each language, by the key under which a ``Localized`` holds its text."""


class Localized(dict):
    """``{"pt": …, "en": …}`` that prints itself in the active language; Portuguese where English is absent."""

    def __str__(self) -> str:
        language = (get_language() or "pt")[:2]
        return self.get(language) or self.get("pt") or ""

    def __bool__(self) -> bool:
        return bool(self.get("pt"))

    def __html__(self) -> str:
        return escape(str(self))

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        """In a blueprint both languages are there, and nothing else."""
        words = core_schema.typed_dict_field(core_schema.str_schema(min_length=1, strip_whitespace=True))
        table = core_schema.typed_dict_schema({"pt": words, "en": words}, extra_behavior="forbid")
        return core_schema.no_info_after_validator_function(cls, table)

    @classmethod
    def of(cls, value: "StrOrPromise | dict | Localized | None") -> "Localized":
        """From a blueprint table (``{pt, en}``) or from a person's words in whichever language (a plain string)."""
        if isinstance(value, dict):
            return cls(value)
        return cls({"pt": str(value)} if value else {})


def both(text: "StrOrPromise", /, **values: object) -> Localized:
    """A lazily translated ``text`` in both languages, so that what is stored belongs to no reader's language.

    ``values`` fill its ``%(names)s``, each as it reads in that language: a ``Localized`` or lazy one by itself, a function
    by being called while that language is active (for dates and the like). Days and times in them are Presence's.
    """
    result = Localized()
    for key, language in LANGUAGES.items():
        with translation.override(language), clock.read_in(None):
            shown = {name: value() if callable(value) else value for name, value in values.items()}
            result[key] = str(text) % shown if values else str(text)
    return result


class LocalizedField(models.JSONField):
    """A model field that holds a ``Localized``. Plain strings may be assigned."""

    def __init__(self, *args, **kwargs) -> None:
        kwargs.setdefault("default", Localized)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value, expression, connection):
        return Localized.of(super().from_db_value(value, expression, connection))

    def to_python(self, value):
        return Localized.of(super().to_python(value))

    def get_db_prep_value(self, value, connection, prepared=False):
        if isinstance(value, str):
            value = Localized.of(value)
        return super().get_db_prep_value(value, connection, prepared)
