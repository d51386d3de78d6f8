import rules

from apps.companies.access import is_presence

# Blueprints carry no client's data, but they are how Presence works: its own people read them.
rules.add_perm("blueprints.read", is_presence)
