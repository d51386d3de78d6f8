from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Every e-mail of the product, from the transaction that causes it until a worker has sent it."""

    name = "apps.outbox"
    label = "outbox"
