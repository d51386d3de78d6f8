"""What people do with the directory of a company. None of it belongs to one rollout's timeline."""

from collections.abc import Collection, Iterable

from django.db import transaction

from apps.accounts.models import User
from apps.companies.models import Company, Person, PersonEmail, PersonPhone
from apps.companies.people import phones
from apps.companies.people.choices import Choice, NewPerson
from apps.core import clock, names
from apps.core.refusals import require


def add_person(
    company: Company,
    *,
    by: User,
    name: str,
    position: str = "",
    emails: Iterable[str] = (),
    phone: str = "",
    purposes: Collection[str] = (),
    language: str = "",
) -> Person:
    """Put somebody without a sign-in into the directory of ``company``. ``phone`` is text as people type it, one or several
    numbers. Raises ``Invalid`` for a name or position that carries an address."""
    require(by, "companies.add_person", company)
    names.refuse_addresses(name=name, position=position)
    with transaction.atomic():
        person = Person.objects.create(
            company=company, name=name, position=position, purposes=sorted(purposes), language=language
        )
        _write_addresses(person, emails)
        _write_phones(person, [phone])
    return person


def person_of(choice: Choice, *, by: User) -> Person:
    """The person whom a field of people gave; one who is new is added to the directory now."""
    if isinstance(choice, NewPerson):
        emails = [choice.email] if choice.email else []
        return add_person(
            choice.company, by=by, name=choice.name, position=choice.position, emails=emails, phone=choice.phone
        )
    return choice


def belongs_to_account(company: Company, user: User, *, person: Person | None = None, position: str = "") -> Person:
    """Make sure that the account ``user`` is exactly one person of ``company``, active again where they had left.

    It becomes the one whom they were invited as (``person``), or the only one with their address; otherwise a new one.
    ``position`` is kept where none is yet. Whoever calls this has asked who may, within a transaction.
    """
    people = Person.objects.select_for_update(of=("self",), no_key=True).filter(company=company, merged_into=None)
    member = people.filter(user=user).first()
    if member is None:
        candidates = list(people.filter(user=None, pk=person.pk)) if person else []
        candidates = candidates or list(people.filter(user=None, emails__email=user.email)[:2])
        member = candidates[0] if len(candidates) == 1 else Person(company=company)
        member.user, member.name = user, ""
    member.inactive_at = None
    member.position = member.position or position
    member.save()
    member.emails.filter(email=user.email).delete()
    return member


def leave(company: Company, user: User) -> None:
    """Make the person of the account ``user`` inactive in ``company``: their place was taken away."""
    Person.objects.filter(company=company, user=user, inactive_at=None).update(inactive_at=clock.now())


def _write_addresses(person: Person, emails: Iterable[str]) -> None:
    """Make ``emails`` the addresses of ``person``, besides the account's own."""
    sign_in = person.user.email if person.user else ""
    addresses = [email for email in dict.fromkeys(emails) if email != sign_in]
    person.emails.exclude(email__in=addresses).delete()
    present = set(person.emails.values_list("email", flat=True))
    PersonEmail.objects.bulk_create(
        PersonEmail(person=person, email=email) for email in addresses if email not in present
    )


def _write_phones(person: Person, texts: Iterable[str]) -> None:
    """Make the numbers in ``texts`` the telephones of ``person``."""
    numbers = dict.fromkeys(phone for text in texts for phone in phones.read(text))
    person.phones.all().delete()
    PersonPhone.objects.bulk_create(
        PersonPhone(person=person, text=phone.text, e164=phone.e164, extension=phone.extension) for phone in numbers
    )
