from django.apps import AppConfig


class HomologationConfig(AppConfig):
    """The joint validation: frozen script, rounds, results, nonconformities, reservations."""

    name = "apps.stages.homologation"
    label = "homologation"
