"""What refers to a person, wherever it stands: when two records become one, it follows."""

from collections.abc import Iterator
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ManyToOneRel
from django.utils.translation import gettext as _

from apps.companies.models import Person, PersonEmail, PersonPhone
from apps.core import plugins
from apps.core.refusals import Refusal

PARTS = (PersonEmail, PersonPhone)
"""Rows that are part of the record itself."""


def move(other: Person, person: Person) -> None:
    """Have every row that refers to ``other`` refer to ``person``, within a transaction.

    An app that keeps rows in which both may stand settles that first (``Plugin.person_merged``). Raises ``Refusal`` (409)
    where a row of each stands in the same place and no app says what then.
    """
    for plugin in plugins.plugins():
        for settle in plugin.person_merged:
            settle(other, person)
    for model, field_name in _references():
        for row in model._base_manager.filter(**{field_name: other}):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=row.pk).update(**{field_name: person})
            except IntegrityError:
                if not model._meta.auto_created:
                    raise Refusal(
                        _("As duas pessoas constam em “%(what)s”. Retire uma delas de lá antes de unir.")
                        % {"what": row}
                    ) from None
                row.delete()  # A list of people in which both stood.


def _references() -> Iterator[tuple[Any, str]]:
    """The model and field of each foreign key to a person, those of lists of people among them."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if isinstance(relation, ManyToOneRel) and relation.related_model not in PARTS:
            yield relation.related_model, relation.field.name
