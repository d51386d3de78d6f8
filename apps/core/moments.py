"""Instants and days as people read them, in one form everywhere.

The time is that of the reader's clock. What counts is Presence's day (``core.clock``), so where the reader's day is another,
the text says which it is in Brasília: ``01/11/2026 00:30 (31/10 em Brasília)``.
"""

from datetime import date, datetime

from django.utils.translation import gettext as _

from apps.core import clock

PLACES = {
    "America/Araguaina": "Araguaína",
    "America/Belem": "Belém",
    "America/Cuiaba": "Cuiabá",
    "America/Eirunepe": "Eirunepé",
    "America/Maceio": "Maceió",
    "America/Noronha": "Fernando de Noronha",
    "America/Santarem": "Santarém",
}
"""Places of Brazil that give a time zone its name, as they are written; the others are read from the name."""


def show(value: date | datetime) -> str:
    """A day, or an instant by the reader's clock, with Presence's day where that is another: ``23/11/2026 18:04``."""
    if not isinstance(value, datetime):
        return show_day(value)
    # What Django's short formats give in both languages (presence_rollout/formats), at a tenth of the time.
    text = f"{clock.local(value):%d/%m/%Y %H:%M}"
    other_day = day_in_brasilia(value)
    return f"{text} ({other_day})" if other_day else text


def show_day(value: date | datetime) -> str:
    """A day, or Presence's day of an instant: ``23/11/2026``."""
    day = clock.day_of(value) if isinstance(value, datetime) else value
    return f"{day:%d/%m/%Y}"


def show_iso_day(text: str) -> str:
    """A day as a record keeps it, ``2026-11-23``, as people read it: ``23/11/2026``."""
    return show_day(date.fromisoformat(text))


def day_in_brasilia(instant: datetime) -> str:
    """``31/10 em Brasília`` where Presence's day of ``instant`` is not the reader's; empty where it is."""
    day = clock.day_of(instant)
    if day == clock.day_of(instant, clock.reader_zone()):
        return ""
    return _("%(day)s em Brasília") % {"day": f"{day:%d/%m}"}


def show_with_zone(instant: datetime) -> str:
    """``show`` for what is read away from the application, by whose clock: ``23/11/2026 18:04, horário de Brasília``."""
    return f"{show(instant)}, {zone_in_words()}"


def zone_in_words() -> str:
    """The reader's time zone by its place: ``horário de Brasília``, ``horário de Manaus``; ``UTC`` stays as it is."""
    name = str(clock.reader_zone())
    if name == str(clock.installation_zone()):
        return _("horário de Brasília")
    region, _separator, place = name.rpartition("/")
    return _("horário de %(place)s") % {"place": PLACES.get(name, place.replace("_", " "))} if region else name
