from apps.core.plugins import Plugin
from apps.invitations import events

plugin = Plugin(app="invitations", events=events)
