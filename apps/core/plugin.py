from apps.core.plugins import Plugin
from apps.core.watch import checks

plugin = Plugin(
    app="core",
    prepared_by=[("migrate",), ("createcachetable",), ("collectstatic", "--noinput")],
    health=checks.CHECKS,
)
