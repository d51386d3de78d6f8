from apps.api import actions, personal_data
from apps.core.plugins import Plugin

plugin = Plugin(
    app="api",
    personal_data=personal_data.HOLDINGS,
    address_changed=[actions.revoke_what_another_hand_made],
)
