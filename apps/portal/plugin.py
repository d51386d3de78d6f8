from apps.core.plugins import Plugin
from apps.portal import events, personal_data

plugin = Plugin(app="portal", events=events, personal_data=personal_data.HOLDINGS)
