from apps.core.plugins import Plugin
from apps.files import orphans, personal_data, tasks

plugin = Plugin(app="files", personal_data=personal_data.HOLDINGS, jobs=[tasks.SCAN, tasks.DRAW, orphans.ORPHAN])
