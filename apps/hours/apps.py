from django.apps import AppConfig


class HoursConfig(AppConfig):
    """Time entries, their classification and the monthly statements."""

    name = "apps.hours"
    label = "hours"
