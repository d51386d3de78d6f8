from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    """Companies, their people and their contacts."""

    name = "apps.companies"
    label = "companies"
