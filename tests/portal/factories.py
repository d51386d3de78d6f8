import factory
from factory.django import DjangoModelFactory

from apps.portal.models import Draft
from tests.companies.factories import UserFactory
from tests.rollouts.factories import RolloutFactory


class DraftFactory(DjangoModelFactory):
    class Meta:
        model = Draft

    user = factory.SubFactory(UserFactory)
    rollout = factory.SubFactory(RolloutFactory)
    requirement = "prerequisite:x"
    data = factory.Dict({"text": "Falta conferir"})
