"""Credentials of each platform, delivered as tests need them."""

from dataclasses import asdict

from apps.blueprints.catalogues import content
from apps.blueprints.models import Platform
from apps.prerequisites import actions
from apps.prerequisites.models import Prerequisite
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

GIVEN = {
    "vtex": {"account_name": "aurora", "app_key": "vtexappkey-aurora"},
    "shopify": {"shop": "aurora.myshopify.com"},
    "nuvemshop": {"store_id": "123"},
    "woocommerce": {"site_url": "https://loja.com.br", "consumer_key": "ck_1"},
    "magento": {"base_url": "https://loja.com.br"},
    "tray": {"api_address": "https://loja.com.br/web_api", "consumer_key": "key"},
    "linx": {"base_url": "https://loja.com.br/api", "user": "presence"},
    "anymarket": {"host": "https://sandbox-api.anymarket.com.br"},
    "bling": {"client_id": "id"},
    "mercado-livre": {"client_id": "id"},
    "outra": {"base_url": "https://loja.com.br", "user": "presence"},
}
OTHER = {
    "account_name": "outra", "app_key": "vtexappkey-outra", "shop": "outra.myshopify.com", "store_id": "124",
    "site_url": "https://outra.com.br", "consumer_key": "ck_2", "base_url": "https://outra.com.br",
    "api_address": "https://outra.com.br/web_api", "user": "outro", "client_id": "outro",
    "host": "https://sandbox-api.anymarket.com.br/v2",
}  # fmt: skip


CHANGES = [(slug, name) for slug, values in GIVEN.items() for name in values]


def an_item(slug, environment="homologation", **more):
    rollout = more.pop("rollout", None) or RolloutFactory(platform=Platform.objects.get(slug=slug))
    fields = [asdict(spec) for spec in content.platform(slug).fields]
    return PrerequisiteFactory(
        rollout=rollout, credential=True, fields=fields, environment=environment,
        key=f"{environment}_credentials", **more,
    )  # fmt: skip


def the_presence_api():
    row = next(row for row in content.read("prerequisites").items if row.key == "presence_api")
    fields = [asdict(spec) for spec in row.fields]
    return PrerequisiteFactory(credential=True, key="presence_api", owner="presence", fields=fields)


def secrets_of(item):
    return {spec["name"]: f"canario-{spec['name']}" for spec in item.fields if spec["secret"]}


def deliver(item, by="client", secrets=True, **values):
    slug = item.rollout.platform.slug
    known = GIVEN.get(slug, {}) | (secrets_of(item) if secrets else {})
    return actions.submit(item, by=item.rollout.people[by], values=known | values)


def send_back(item, wrong=()):
    actions.reject(item, by=item.rollout.people["pm"], reason="Corrigir", wrong=wrong)
    return Prerequisite.objects.get(pk=item.pk)
