from apps.core.plugins import Plugin

plugin = Plugin(app="operations")
