from apps.core.plugins import Plugin
from apps.core.watch import checks

plugin = Plugin(app="core", health=checks.CHECKS)
