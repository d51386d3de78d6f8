from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    """The few types everything shares. It holds no business rules, and one table: what a worker did not finish."""

    name = "apps.core"
    label = "core"

    def ready(self) -> None:
        """Find every app's ``access.py``: who may do what must be known before anybody asks. The plugins are found, and
        held to account, when the process starts."""
        from apps.core import plugins
        from apps.core.checks import the_plugins_agree
        from apps.core.papers.fonts import there_are_fonts

        autodiscover_modules("access")
        plugins.plugins()
        checks.register(the_plugins_agree)
        checks.register(there_are_fonts, deploy=True)
