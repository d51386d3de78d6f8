from apps.core.plugins import Plugin
from apps.portal import events

plugin = Plugin(app="portal", events=events)
