from apps.core.plugins import Plugin
from apps.core.watch import checks, metrics

plugin = Plugin(
    app="core",
    prepared_by=[("migrate",), ("createcachetable",), ("ensure_static",)],
    health=checks.CHECKS,
    measures=metrics.MEASURES,
)
