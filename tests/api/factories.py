from datetime import timedelta

import factory
from django.test import Client
from factory.django import DjangoModelFactory

from apps.api.models import ApiToken, digest_of
from apps.core import clock
from apps.core.web.rest import Scope

SECRET = "prl_a-secret-of-the-tests-{}"


class ApiTokenFactory(DjangoModelFactory):
    """A token of ``person`` (their first company), with every scope; its secret is ``secret``."""

    class Meta:
        model = ApiToken
        exclude = ["person", "number", "secret"]

    rollout = factory.SubFactory("tests.rollouts.factories.RolloutFactory")
    person = factory.LazyAttribute(lambda token: token.rollout.people["integrator"])
    number = factory.Sequence(lambda n: n)
    secret = factory.LazyAttribute(lambda token: SECRET.format(token.number))
    membership = factory.LazyAttribute(lambda token: token.person.memberships.first())
    name = factory.LazyAttribute(lambda token: f"CI {token.number}")
    scopes = factory.LazyFunction(lambda: list(Scope.values))
    prefix = factory.LazyAttribute(lambda token: token.secret[:10])
    digest = factory.LazyAttribute(lambda token: digest_of(token.secret))

    @classmethod
    def _create(cls, model_class, *args, **fields):
        token = super()._create(model_class, *args, **fields)
        number = next(n for n in range(100_000) if digest_of(SECRET.format(n)) == token.digest)
        token.secret = SECRET.format(number)
        return token


class AnswerFactory(DjangoModelFactory):
    class Meta:
        model = "api.Answer"

    token = factory.SubFactory(ApiTokenFactory)
    key = factory.Sequence(lambda n: f"key-{n}")
    request = "0" * 64
    status = 201
    body = "{}"
    at = factory.LazyFunction(lambda: clock.now() - timedelta(hours=1))


def tool(token: ApiToken | str, language: str = "pt-br") -> Client:
    """A tool that sends ``token`` with every request, and checks CSRF as a browser would."""
    secret = token if isinstance(token, str) else token.secret
    return Client(enforce_csrf_checks=True, headers={"authorization": f"Bearer {secret}", "accept-language": language})
