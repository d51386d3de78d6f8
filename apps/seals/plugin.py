from apps.core.plugins import Plugin
from apps.seals import health, measures

plugin = Plugin(app="seals", health=health.CHECKS, measures=measures.MEASURES)
