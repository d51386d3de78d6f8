import factory
from factory.django import DjangoModelFactory

from apps.companies.models import Role
from apps.invitations.models import Invitation
from tests.companies.factories import CompanyFactory, PresenceFactory, a_person


class InvitationFactory(DjangoModelFactory):
    """A pending invitation to a client company, sent by a project manager."""

    class Meta:
        model = Invitation

    company = factory.SubFactory(CompanyFactory)
    email = factory.Sequence(lambda n: f"convidada{n}@exemplo.com.br")
    name = "Rita Alves"
    role = Role.MEMBER
    invited_by = factory.LazyFunction(lambda: a_person(PresenceFactory(), Role.PROJECT_MANAGER))
