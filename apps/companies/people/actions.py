"""What people do with the directory of a company. None of it belongs to one rollout's timeline."""

from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies.models import Company, Person, PersonEmail, PersonPhone
from apps.companies.people import phones, queries, references
from apps.companies.people.choices import Choice, NewPerson
from apps.core import clock, names
from apps.core.database.unaccented import are_alike
from apps.core.refusals import Invalid, Refusal, require


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
    return register(
        company, name=name, position=position, emails=emails, phone=phone, purposes=purposes, language=language
    )


def register(
    company: Company,
    *,
    name: str,
    position: str = "",
    emails: Iterable[str] = (),
    phone: str = "",
    purposes: Collection[str] = (),
    language: str = "",
) -> Person:
    """As ``add_person``; whoever calls this has asked who may."""
    names.refuse_addresses(name=name, position=position)
    with transaction.atomic():
        person = Person.objects.create(
            company=company, name=name, position=position, purposes=sorted(purposes), language=language
        )
        _write_addresses(person, emails)
        _write_phones(person, [phone])
    return person


def with_address(company: Company, *, email: str, name: str, position: str = "", phone: str = "") -> Person:
    """The one person of ``company`` who has the address ``email`` and can be called ``name``; where there is none, or
    several, a new one. Whoever calls this has asked who may."""
    people = Person.objects.filter(company=company).in_directory()
    same = [person for person in queries.doubles(people, name="", email=email) if are_alike(str(person), name)]
    if len(same) == 1:
        return same[0]
    return register(company, name=name, position=position, emails=[email], phone=phone)


def change_person(
    person: Person,
    *,
    by: User,
    name: str = "",
    position: str,
    emails: Iterable[str],
    phone: str,
    purposes: Collection[str] | None = None,
    language: str = "",
) -> None:
    """Correct somebody's record. Name, sign-in address and language of who has an account are the account's, and stay.

    ``phone`` has one telephone or several a line. What somebody is for (``purposes``) is said by whoever manages the
    company's people; None leaves it. Raises ``Invalid`` for a name or position that carries an address.
    """
    require(by, "companies.change_person", person)
    if purposes is not None:
        require(by, "companies.manage_people", person.company)
    names.refuse_addresses(name=name, position=position)
    with transaction.atomic():
        person = _standing(person)
        person.position = position
        if person.user is None:
            if not name:
                raise Invalid(_("Informe o nome."), field="name")
            person.name, person.language = name, language
        if purposes is not None:
            person.purposes = sorted(purposes)
        person.save()
        _write_addresses(person, emails)
        _write_phones(person, phone.splitlines())


def give_purpose(person: Person, purpose: str) -> None:
    """Note that ``person`` is for ``purpose``; twice notes it once. Whoever calls this has asked who may."""
    with transaction.atomic():
        person = _standing(person)
        if purpose not in person.purposes:
            person.purposes = sorted([*person.purposes, purpose])
            person.save(update_fields=["purposes"])


def merge(person: Person, other: Person, *, by: User) -> None:
    """``other`` turned out to be ``person``, who takes the addresses, telephones, purposes and account, the position where
    theirs is empty, and every reference to ``other``. Of ``other`` only the way to ``person`` is left.

    Raises ``Refusal`` (409) for two accounts, ``Invalid`` for people of two companies, or one with themselves.
    """
    require(by, "companies.manage_people", person.company)
    if person.company_id != other.company_id:
        raise Invalid(_("As duas pessoas precisam ser da mesma empresa."), field="other")
    if person.pk == other.pk:
        raise Invalid(_("Escolha outra pessoa: esta é a própria."), field="other")
    with transaction.atomic():
        Person.objects.select_for_update(no_key=True).filter(pk__in=[person.pk, other.pk]).order_by("pk").first()
        person, other = _standing(person), _standing(other)
        join_records(person, other)


def join_records(person: Person, other: Person) -> None:
    """``merge``, once it was asked who may and both rows are locked."""
    if person.user and other.user:
        raise Refusal(_("As duas pessoas têm acesso próprio. Remova o acesso de uma delas antes de unir."))
    account = person.user or other.user
    account_emails = [account.email] if account else []
    emails = [*person.addresses, *other.addresses]
    numbers = [*person.phones.all(), *other.phones.all()]
    references.move(other, person)
    was_active = person.inactive_at is None or other.inactive_at is None
    person.position = person.position or other.position
    person.language = person.language or other.language
    person.purposes = sorted({*person.purposes, *other.purposes})
    person.inactive_at = None if was_active else person.inactive_at
    other.emails.all().delete()
    other.phones.all().delete()
    Person.objects.filter(pk=other.pk).update(
        user=None, name="", position="", language="", purposes=[], merged_into=person
    )
    if account and person.user is None:
        person.user, person.name = account, ""
    person.save()
    _write_addresses(person, [email for email in emails if email not in account_emails])
    _write_phones(person, [number.text for number in numbers])


def deactivate(person: Person, *, by: User) -> None:
    """Note that somebody left, or no longer answers for the company; they are no longer offered, and stay on the record.

    Raises ``Refusal`` (409) for somebody with a sign-in, whose place is removed instead
    (``companies.actions.remove_person``).
    """
    require(by, "companies.manage_people", person.company)
    with transaction.atomic():
        person = _standing(person)
        if person.user and person.user.memberships.filter(company=person.company_id).exists():
            raise Refusal(_("Esta pessoa tem acesso. Remova o acesso, e ela fica inativa."))
        person.inactive_at = person.inactive_at or clock.now()
        person.save(update_fields=["inactive_at"])


def reactivate(person: Person, *, by: User) -> None:
    """Somebody answers for the company again; a sign-in that was removed is not given back."""
    require(by, "companies.manage_people", person.company)
    with transaction.atomic():
        person = _standing(person)
        person.inactive_at = None
        person.save(update_fields=["inactive_at"])


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
    elif person and person.pk != member.pk and (invited := people.filter(user=None, pk=person.pk).first()):
        join_records(member, invited)
    member.inactive_at = None
    member.position = member.position or position
    member.save()
    member.emails.filter(email=user.email).delete()
    return member


def leave(company: Company, user: User) -> None:
    """Make the person of the account ``user`` inactive in ``company``: their place was taken away."""
    Person.objects.filter(company=company, user=user, inactive_at=None).update(inactive_at=clock.now())


def _standing(person: Person) -> Person:
    """The record of ``person``, locked and read again. Raises ``Refusal`` (409) when it was merged into another."""
    person = (
        Person.objects.select_for_update(of=("self",), no_key=True).select_related("user", "company").get(pk=person.pk)
    )
    if person.merged_into_id:
        raise Refusal(_("Este cadastro já foi unido a outro. Abra a pessoa de novo."))
    return person


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
    """Make the numbers in ``texts`` the telephones of ``person``; one that is written in two ways is there once."""
    numbers: dict[tuple[str, str], phones.Phone] = {}
    for phone in (phone for text in texts for phone in phones.read(text)):
        numbers.setdefault((phone.e164 or phone.text, phone.extension), phone)
    person.phones.all().delete()
    PersonPhone.objects.bulk_create(
        PersonPhone(person=person, text=phone.text, e164=phone.e164, extension=phone.extension)
        for phone in numbers.values()
    )
