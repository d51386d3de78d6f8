"""Text that a blueprint gives in both languages and the page shows in the reader's."""

from typing import Any

from django.db import models
from django.utils.html import escape
from django.utils.translation import get_language
from pydantic_core import CoreSchema, core_schema


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
    def of(cls, value: "str | dict | Localized | None") -> "Localized":
        """From a blueprint table (``{pt, en}``) or from a person's words in whichever language (a plain string)."""
        if isinstance(value, dict):
            return cls(value)
        return cls({"pt": value} if value else {})


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
