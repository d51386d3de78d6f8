"""What every form and every posting view shares."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection
from django.forms.models import ModelChoiceIterator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from apps.core import clock
from apps.core.database import conflicts
from apps.core.network.addresses import require_address
from apps.core.refusals import Invalid, Refusal
from apps.core.web import retries
from apps.core.web.edits import ShownValues
from apps.core.web.widgets import DateInput, DateTimeInput


class AddressField(forms.URLField):
    """A web address in full, https unless another is typed, that can be asked: its host can be written in ASCII (IDNA)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"assume_scheme": "https", "max_length": 500, **kwargs})

    def clean(self, value: Any) -> str:
        address = super().clean(value)
        if address:
            try:
                require_address(address, field="")
            except Invalid as refusal:
                raise forms.ValidationError(refusal.message) from None
        return address


CHOOSE = gettext_lazy("Escolha…")
"""The first line of a list from which one must choose."""


def refuse_far_day(day: date) -> None:
    """Raise ``ValidationError`` for a day, or an instant, that nobody means (``clock.is_meant``)."""
    if not clock.is_meant(day):
        raise forms.ValidationError(
            gettext_lazy("Informe uma data entre %(first)d e %(last)d."),
            params={"first": clock.FIRST_YEAR, "last": clock.LAST_YEAR},
            code="far",
        )


class DayField(forms.DateField):
    """A day, with the browser's picker."""

    widget = DateInput
    default_validators = [refuse_far_day]


class InstantField(forms.DateTimeField):
    """An instant, to the minute in the reader's time zone, with the browser's picker."""

    widget = DateTimeInput
    default_validators = [refuse_far_day]


class _ReadOnce(ModelChoiceIterator):
    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        for row in self.field.queryset or ():
            yield self.choice(row)


class ListedChoiceField(forms.ModelChoiceField):
    """A choice among a few rows, read once however often the page looks at them: Django's asks the database each time."""

    iterator = _ReadOnce


def attempt(request: HttpRequest, form: forms.BaseForm, action: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Validate ``form`` and run ``action(*args, **kwargs, **cleaned_data)``.

    True when it was done; a success sentence is flashed if the form has ``success_message``. False when the
    form is invalid or the action refused: the form then carries the reason and everything that was typed, and
    ``form.refusal_status`` is the HTTP status to answer with (422 for typed input, the refusal's own otherwise); when it is
    429, ``core.refusals.RefusalMiddleware`` adds ``Retry-After`` to the answer. What must be confirmed first
    (``core.web.confirmations.NeedsConfirmation``) is no refusal but a page of its own, and goes through. So does an error
    of a row that somebody else wrote, as long as the request may be done again (``core.web.retries``); then it is a refusal.
    What a form ``remember``s of what it showed (``core.web.edits``) is compared first.
    """
    form.refusal_status = 422  # type: ignore[attr-defined]
    request.not_done = True  # type: ignore[attr-defined]
    if not form.is_valid():
        return False
    shown_values: ShownValues | None = getattr(form, "shown_values", None)
    try:
        with shown_values.unchanged() if shown_values else nullcontext():
            action(*args, **kwargs, **form.cleaned_data)
    except Refusal as refusal:
        _refuse(request, form, refusal)
        return False
    except IntegrityError as error:
        constraint_refusal = conflicts.refusal_of(error)
        if constraint_refusal is None or retries.may_be_repeated(request) or connection.needs_rollback:
            raise
        _refuse(request, form, constraint_refusal)
        return False
    except PermissionDenied:
        raise
    request.not_done = False  # type: ignore[attr-defined]
    if message := getattr(form, "success_message", None):
        messages.success(request, message)
    return True


def _refuse(request: HttpRequest, form: forms.BaseForm, refusal: Refusal) -> None:
    """Say ``refusal`` on ``form``, at its field where that is one of the form's."""
    form.add_error(refusal.field if refusal.field in form.fields else None, [refusal.message, *refusal.details])
    form.refusal_status = refusal.status  # type: ignore[attr-defined]
    request.refusal = refusal  # type: ignore[attr-defined]


def refusal_status(*forms: forms.BaseForm | None) -> int:
    """The HTTP status of a page that shows ``forms`` (None for one that was not posted): of the one that ``attempt`` refused,
    200 when none was. Every view that shows a refused form again answers with it."""
    return next((form.refusal_status for form in forms if form is not None and hasattr(form, "refusal_status")), 200)


class NoteForm(forms.Form):
    success_message = gettext_lazy("Concluído. Obrigado!")

    note = forms.CharField(
        label=gettext_lazy("Observação"), required=False, max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )


class ConfirmForm(forms.Form):
    """Nothing to type: the button is the answer."""

    success_message = gettext_lazy("Registrado. Obrigado!")
