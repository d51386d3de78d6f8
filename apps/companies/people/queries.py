"""Who in the directory is meant: by name without accents, company, position, address or telephone."""

import re

from django.db.models import CharField, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Concat

from apps.companies.models import Company, Membership, Person, PersonEmail, PersonPhone, PersonQuerySet
from apps.companies.people import phones
from apps.core.database.unaccented import Unaccented, unaccented
from apps.core.network import mailboxes

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


def of_company(company: Company, *, text: str = "", inactive: bool = False) -> PersonQuerySet:
    """The directory of ``company`` in the order of the names, with the ``role`` of who has a sign-in; those who match
    ``text``; with ``inactive`` those who left."""
    people = Person.objects.filter(company=company, merged_into=None, inactive_at__isnull=not inactive)
    role = Membership.objects.filter(company=company, user=OuterRef("user")).values("role")
    people = people.annotate(role=Subquery(role)).with_ways_to_reach()
    return search(people, text) if text else people.named()


def lookalikes(person: Person) -> list[Person]:
    """Those of the same company who may be ``person`` too, by address, telephone or name."""
    others = Person.objects.filter(company=person.company_id).in_directory().exclude(pk=person.pk)
    phone = " / ".join(number.e164 for number in person.phones.all() if number.e164)
    likely: dict[int, Person] = {}
    for email in person.addresses or [""]:
        likely |= {other.pk: other for other in doubles(others, name=str(person), email=email, phone=phone)}
    return list(likely.values())


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
    """At most five of ``people`` who may be the person described: the same address, telephone or name without accents. What
    was typed may still be anything, also what the form refuses; nobody is called what PostgreSQL does not hold."""
    name, email = name.replace("\0", ""), email.replace("\0", "")
    plain_name = unaccented(" ".join(name.split()))
    condition = Q(plain_name=plain_name) if plain_name else Q(pk=None)
    if email:
        emails = PersonEmail.objects.filter(person=OuterRef("pk"), email=email)
        condition |= Q(user__email=email) | Q(Exists(emails))
    if numbers := [number.e164 for number in phones.read(phone) if number.e164]:
        condition |= Q(Exists(PersonPhone.objects.filter(person=OuterRef("pk"), e164__in=numbers)))
    people = people.named().annotate(plain_name=Unaccented(F("shown_name"))).filter(condition)
    return list(people.with_ways_to_reach()[:5])
