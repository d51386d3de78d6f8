"""Date widgets: the browser's own pickers, which take and give ISO text whatever the language of the page."""

from django import forms


class DateInput(forms.DateInput):
    """``<input type="date">``. The form field needs no ``input_formats``: ISO dates are always accepted."""

    input_type = "date"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DateTimeInput(forms.DateTimeInput):
    """``<input type="datetime-local">`` to the minute, in the reader's time zone.

    An aware initial value is already turned into local time by the form field; what was typed comes back as typed.
    """

    input_type = "datetime-local"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class TimeInput(forms.TimeInput):
    """``<input type="time">`` to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict | None = None) -> None:
        super().__init__(attrs, format="%H:%M")
