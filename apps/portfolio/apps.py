from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    """What the record says of the projects over time: whose days they were."""

    name = "apps.portfolio"
