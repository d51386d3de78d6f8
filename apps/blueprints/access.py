import rules

from apps.companies.access import is_presence, is_presence_manager, is_project_manager

# Blueprints carry no client's data, but they are how Presence works: its own people read them.
rules.add_perm("blueprints.read", is_presence)
# The script is written by those who run projects, and published by those who answer for Presence.
rules.add_perm("blueprints.edit", is_project_manager)
rules.add_perm("blueprints.publish", is_presence_manager)
