from apps.core.plugins import Plugin
from apps.vault import health

plugin = Plugin(app="vault", health=health.CHECKS)
