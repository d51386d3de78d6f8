from apps.core.plugins import Plugin
from apps.files import health, orphans, personal_data, tasks

plugin = Plugin(
    app="files",
    personal_data=personal_data.HOLDINGS,
    jobs=[tasks.SCAN, tasks.DRAW, orphans.ORPHAN],
    health=health.CHECKS,
)
