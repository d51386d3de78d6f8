"""Two people who change the same thing at once are told of each other.

The form of a change carries a fingerprint of what stood there when it was shown (``<c-form-errors>`` writes it). ``attempt``
compares it under a lock, so that of two who send at the same instant the second sees what the first wrote: it is refused
(409) with what stands there now, all that was typed is kept, and sent again it takes the other's place. A form that is
refused for anything else carries on the fingerprint that it came with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, TypeVar

from django import forms
from django.db import transaction
from django.db.models import Model
from django.utils.choices import flatten_choices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core import canonical, moments
from apps.core.background import locks
from apps.core.refusals import Refusal

FIELD = "seen"
OVERTAKEN = gettext_lazy(
    "Isto mudou enquanto você editava. O que você digitou continua aqui; abaixo está como ficou. "
    "Salvar de novo põe o seu no lugar."
)

Form = TypeVar("Form", bound=forms.BaseForm)
Row = TypeVar("Row", bound=Model)


def fingerprint(values: Mapping[str, Any] | None) -> str:
    """Says whether something is still as somebody saw it; empty for nothing."""
    return canonical.sha256({name: _plain(value) for name, value in values.items()})[:16] if values else ""


class ShownValues:
    """What the form of a change showed. ``fingerprint`` is that of what whoever fills it in was last shown."""

    def __init__(
        self, form: forms.BaseForm, name: str, shown: Mapping[str, Any], read: Callable[[], Mapping[str, Any]]
    ):
        self.form, self.name, self.read = form, name, read
        self.field = form.add_prefix(FIELD)
        self.fingerprint = self._posted() or fingerprint(shown)

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Within the block nobody else changes it by a form. Raises ``Refusal`` (409) when somebody did meanwhile."""
        with transaction.atomic():
            locks.hold(f"form of {self.name}")
            values = self.read()
            if self._posted() not in ("", fingerprint(values)):
                self.fingerprint = fingerprint(values)
                raise Refusal(str(OVERTAKEN), details=self._lines(values))
            yield

    def _posted(self) -> str:
        return str(self.form.data.get(self.field, ""))

    def _lines(self, values: Mapping[str, Any]) -> list[str]:
        """What stands there now, a line for each field in which it is not what was typed."""
        cleaned = getattr(self.form, "cleaned_data", {})
        return [
            _("%(field)s: agora é %(value)s.") % {"field": field.label, "value": _words(field, value)}
            for name, value in values.items()
            if (field := self.form.fields.get(name)) and _plain(cleaned.get(name)) != _plain(value)
        ]


def remember(
    form: Form,
    row: Row,
    values_of: Callable[[Row], Mapping[str, Any]],
    *,
    shown: Mapping[str, Any] | None = None,
) -> Form:
    """``form``, which changes what ``values_of`` gives of ``row`` and knows from now on what it showed of it: ``shown``,
    where that was read already."""
    name = f"{row._meta.label} {row.pk}"
    manager = type(row)._default_manager
    form.shown_values = ShownValues(  # type: ignore[attr-defined]
        form, name, values_of(row) if shown is None else shown, lambda: values_of(manager.get(pk=row.pk))
    )
    return form


def _plain(value: Any) -> Any:
    """As JSON holds it, the same however a field or a row gives it."""
    if isinstance(value, datetime):
        return canonical.instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, list | tuple | set):
        return sorted(str(part) for part in value)
    return "" if value is None else str(value)


def _words(field: forms.Field, value: Any) -> str:
    """For people: as ``field`` shows it."""
    if value in (None, "", []):
        return _("vazio")
    if isinstance(value, bool):
        return _("Sim") if value else _("Não")
    if isinstance(value, date | datetime):
        return moments.show(value)
    if isinstance(value, Model):
        return field.label_from_instance(value) if isinstance(field, forms.ModelChoiceField) else str(value)
    if isinstance(field, forms.ChoiceField):
        options: Iterable[tuple[Any, Any]] = flatten_choices(field.choices)  # type: ignore[arg-type]
        labels = {str(choice): str(label) for choice, label in options}
        choices = value if isinstance(value, list | tuple) else [value]
        return ", ".join(labels.get(str(choice), str(choice)) for choice in choices)
    shown = field.widget.format_value(field.prepare_value(value))
    return ", ".join(map(str, shown)) if isinstance(shown, list | tuple) else str(shown)
