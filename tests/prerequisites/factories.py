import factory
from factory.django import DjangoModelFactory

from apps.core.process import Gate, PartyRole
from apps.prerequisites.models import Prerequisite
from tests.rollouts.factories import RolloutFactory

CREDENTIAL_FIELDS = [
    {"name": "account", "label": {"pt": "Conta", "en": "Account"}, "help": {}, "secret": False},
    {"name": "token", "label": {"pt": "Token", "en": "Token"}, "help": {}, "secret": True},
]


def plain_value(spec: dict) -> str:
    """Something that a credential's field, no secret, takes: an address where it names a place."""
    places = {"url": "https://api.loja.example", "host": "loja.myshopify.com"}
    return places.get(spec.get("address", ""), f"valor-{spec['name'].replace('_', '-')}")


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
