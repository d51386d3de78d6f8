import factory
from factory.django import DjangoModelFactory

from apps.prerequisites.models import Prerequisite
from apps.rollouts.stages import Gate, PartyRole
from tests.rollouts.factories import RolloutFactory

CREDENTIAL_FIELDS = [
    {"name": "account", "label": {"pt": "Conta", "en": "Account"}, "help": {}, "secret": False},
    {"name": "token", "label": {"pt": "Token", "en": "Token"}, "help": {}, "secret": True},
]


class PrerequisiteFactory(DjangoModelFactory):
    class Meta:
        model = Prerequisite

    rollout = factory.SubFactory(RolloutFactory)
    key = factory.Sequence(lambda n: f"item-{n}")
    position = factory.Sequence(lambda n: n)
    title = factory.Sequence(lambda n: f"Item {n}")
    owner = PartyRole.CLIENT
    gate = Gate.START_DEVELOPMENT
    kind = Prerequisite.Kind.STATEMENT

    class Params:
        credential = factory.Trait(kind=Prerequisite.Kind.CREDENTIAL, fields=CREDENTIAL_FIELDS)
