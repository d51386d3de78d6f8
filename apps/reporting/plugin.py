from apps.core.plugins import Plugin

plugin = Plugin(app="reporting", prepared_by=[("reporting_holidays",)])
