"""Which rows name which files of the store: every file column of every model, so that none is forgotten when one is added."""

from collections.abc import Collection

from django.apps import apps
from django.db import models


def file_columns() -> list[models.FileField]:
    """Every column that names a file of the store."""
    return [
        field
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_fields
        if isinstance(field, models.FileField)
    ]


def file_names() -> dict[str, tuple[int, str] | None]:
    """Every file that a row names; with its size in bytes and SHA-256 where the row says them."""
    names: dict[str, tuple[int, str] | None] = {}
    for field in file_columns():
        rows = field.model._base_manager.exclude(**{field.name: ""}).order_by()
        columns = {column.name for column in field.model._meta.local_fields}
        if {"size", "sha256"} <= columns:
            for name, size, sha256 in rows.values_list(field.name, "size", "sha256").iterator():
                names[name] = (size, sha256)
        else:
            names |= dict.fromkeys(rows.values_list(field.name, flat=True).iterator())
    return names


def with_a_row(names: Collection[str]) -> set[str]:
    """Those of ``names`` that a row has."""
    return {
        name
        for field in file_columns()
        for name in field.model._base_manager.filter(**{f"{field.name}__in": names}).values_list(field.name, flat=True)
    }
