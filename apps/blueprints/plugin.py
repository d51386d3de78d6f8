from apps.core.plugins import Plugin

plugin = Plugin(app="blueprints", prepared_by=[("load_blueprints",)])
