from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The browser's front door: what each person sees first, and how they settle what the projects wait for."""

    name = "apps.portal"
