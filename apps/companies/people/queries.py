"""Who in the directory is meant: by name without accents, company, position, address or telephone."""

import re

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat

from apps.companies.models import Person, PersonEmail, PersonPhone, PersonQuerySet
from apps.companies.people import phones
from apps.core.network import mailboxes
from apps.core.unaccented import Unaccented, unaccented

NUMBER = re.compile(r"(?:#|nº )([0-9]{1,12})$")
"""How a text names one person without doubt: the number of the record."""
MOST_WORDS = 8
FEWEST_DIGITS = 4
"""A telephone is looked for by at least so many digits."""


def search(people: PersonQuerySet, text: str) -> PersonQuerySet:
    """Those of ``people`` of whom every word of ``text`` begins a word of the name, the company or the position, or stands in
    an address or a telephone; the one whose number stands at the text's end (``#12``)."""
    if number := NUMBER.search(text.strip()):
        return people.filter(pk=int(number.group(1)))
    people = people.named().annotate(
        words=Unaccented(
            Concat("shown_name", Value(" "), "company__trade_name", Value(" "), "position", output_field=CharField())
        )
    )
    for word in [word for word in text.split() if word != "·"][:MOST_WORDS]:
        people = people.filter(_holds(word))
    return people


def _holds(word: str) -> Q:
    if "@" in word:
        address = mailboxes.comparable(word)
        emails = PersonEmail.objects.filter(person=OuterRef("pk"), email__contains=address)
        return Q(user__email__contains=address) | Q(Exists(emails))
    text = unaccented(word)
    condition = Q(words__regex=rf"\m{re.escape(text)}") if text[:1].isalnum() else Q(words__contains=text)
    if len(digits := phones.digits(word)) >= FEWEST_DIGITS:
        condition |= Q(Exists(PersonPhone.objects.filter(person=OuterRef("pk"), e164__contains=digits)))
    return condition


def wording(person: Person) -> str:
    """As a suggestion writes ``person``, so that ``search`` finds nobody else: with an address, or with the number of the
    record. The telephone is not in it."""
    distinction = next(iter(person.addresses), f"#{person.pk}")
    return f"{person} · {person.company} · {distinction}"


def doubles(people: PersonQuerySet, *, name: str, email: str = "", phone: str = "") -> list[Person]:
    """At most five of ``people`` who may be the person described: the same address, telephone or name without accents."""
    condition = Q(plain_name=unaccented(" ".join(name.split())))
    if email:
        emails = PersonEmail.objects.filter(person=OuterRef("pk"), email=email)
        condition |= Q(user__email=email) | Q(Exists(emails))
    if numbers := [number.e164 for number in phones.read(phone) if number.e164]:
        condition |= Q(Exists(PersonPhone.objects.filter(person=OuterRef("pk"), e164__in=numbers)))
    people = people.named().annotate(plain_name=Unaccented(F("shown_name"))).filter(condition)
    return list(people.with_ways_to_reach()[:5])
