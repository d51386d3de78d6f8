from apps.core.plugins import Plugin
from apps.notices import actions, personal_data

plugin = Plugin(
    app="notices",
    personal_data=personal_data.HOLDINGS,
    jobs=[actions.CONSUME, actions.SEND_NOTICE, actions.SEND_DIGEST, actions.REMIND],
)
