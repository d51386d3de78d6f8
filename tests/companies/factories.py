import factory
from factory.django import DjangoModelFactory
from stdnum.br.cnpj import calc_check_digits

from apps.accounts.actions import TERMS_VERSION
from apps.accounts.models import Consent, User
from apps.companies.models import Company, Kind, Membership, Person, Role
from apps.companies.people import phones

PASSWORD = "uma-senha-bem-longa"  # noqa: S105


def a_cnpj(number: int) -> str:
    """A valid CNPJ, a different one for each number."""
    stem = f"{number:08d}0001"
    return stem + calc_check_digits(stem)


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Pessoa {n}")
    email = factory.Sequence(lambda n: f"pessoa{n}@exemplo.com.br")
    password = factory.django.Password(PASSWORD)
    # Whoever is here has agreed to the terms; ``consents=None`` for somebody who has not.
    consents = factory.RelatedFactory("tests.accounts.factories.ConsentFactory", factory_related_name="user")


class CompanyFactory(DjangoModelFactory):
    class Meta:
        model = Company

    kind = Kind.CLIENT
    legal_name = factory.LazyAttribute(lambda company: f"{company.trade_name} Comércio Ltda.")
    trade_name = factory.Sequence(lambda n: f"Loja {n}")
    cnpj = factory.Sequence(lambda n: a_cnpj(n + 1))
    street = "Rua das Flores, 10"
    city = "Curitiba"
    state = "PR"
    postal_code = "80000-000"


class PresenceFactory(CompanyFactory):
    """There is one Presence in a database: asking again gives the same."""

    class Meta:
        model = Company
        django_get_or_create = ("kind",)

    kind = Kind.PRESENCE
    trade_name = "Presence"


class MembershipFactory(DjangoModelFactory):
    """A membership with the person of the company's directory that belongs to it."""

    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    company = factory.SubFactory(CompanyFactory)
    role = Role.MEMBER

    @classmethod
    def _create(cls, model_class, *args, **fields):
        Person.objects.get_or_create(company=fields["company"], user=fields["user"])
        return super()._create(model_class, *args, **fields)


class PersonFactory(DjangoModelFactory):
    """Somebody of a company without a sign-in; ``emails`` and ``phone`` as they are typed."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    company = factory.SubFactory(CompanyFactory)
    name = factory.Sequence(lambda n: f"Contato {n}")

    @factory.post_generation
    def emails(person, create, addresses, **_kwargs):
        for email in addresses or ():
            person.emails.create(email=email)

    @factory.post_generation
    def phone(person, create, text, **_kwargs):
        for number in phones.read(text or ""):
            person.phones.create(text=number.text, e164=number.e164, extension=number.extension)


def several_people(*places: tuple[Company, str]) -> list[User]:
    """Somebody new in each of ``places`` (a company and a role), as ``a_person`` makes them, in four statements for all."""
    people = User.objects.bulk_create(UserFactory.build_batch(len(places), consents=None))
    Consent.objects.bulk_create(Consent(user=person, version=TERMS_VERSION) for person in people)
    Person.objects.bulk_create(
        Person(company=company, user=person) for person, (company, _role) in zip(people, places, strict=True)
    )
    Membership.objects.bulk_create(
        Membership(user=person, company=company, role=role)
        for person, (company, role) in zip(people, places, strict=True)
    )
    return people


def as_chosen(company: Company, user: User) -> str:
    """What a form sends in which the person of ``company`` who has the account ``user`` was chosen."""
    return f"#{company.people.get(user=user).pk}"


def a_person(company: Company, role: str = Role.MEMBER, **fields) -> User:
    """Somebody who works at ``company``."""
    return MembershipFactory(
        company=company, role=role, **{f"user__{name}": value for name, value in fields.items()}
    ).user
