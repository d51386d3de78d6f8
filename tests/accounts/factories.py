import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from apps.accounts.actions import TERMS_VERSION
from apps.accounts.models import AddressChange, Consent


class ConsentFactory(DjangoModelFactory):
    class Meta:
        model = Consent

    user = factory.SubFactory("tests.companies.factories.UserFactory", consents=None)
    version = TERMS_VERSION


class EmailAddressFactory(DjangoModelFactory):
    """A further address of a person's account, not confirmed."""

    class Meta:
        model = EmailAddress

    verified = False
    primary = False


class AddressChangeFactory(DjangoModelFactory):
    """A change of the account's address that the one before has not answered."""

    class Meta:
        model = AddressChange

    user = factory.SubFactory("tests.companies.factories.UserFactory")
    before = factory.Sequence(lambda n: f"antes{n}@exemplo.com.br")
    after = factory.LazyAttribute(lambda change: change.user.email)
