"""What can happen during development."""

from datetime import date

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData


class DateGiven(
    EventData, kind="development.date_given", sentence=_("deu o prazo de entrega: %(date)s"), icon="calendar"
):
    """The integrator says for the first time on which day the connector will be ready."""

    date: date


class DateChanged(
    EventData,
    kind="development.date_changed",
    sentence=_("mudou o prazo de %(before)s para %(date)s: %(reason)s"),
    icon="calendar-clock",
):
    before: date
    date: date
    reason: str


class Progress(
    EventData, kind="development.progress", sentence=_("informou %(percent)s%% concluído"), icon="trending-up"
):
    """``percent`` is from 0 to 100."""

    percent: int
    text: str


class Delivered(
    EventData,
    kind="development.delivered",
    sentence=_("entregou o conector, versão %(version)s"),
    icon="package-check",
):
    version: str
