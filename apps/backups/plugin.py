from apps.backups import latest
from apps.core.plugins import Panel, Plugin

plugin = Plugin(app="backups", panels=[Panel("system", latest.panel)], measures=latest.MEASURES)
