from apps.core.plugins import Plugin
from apps.seals import health

plugin = Plugin(app="seals", health=health.CHECKS)
