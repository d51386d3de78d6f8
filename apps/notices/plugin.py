from apps.core.plugins import Plugin
from apps.notices import actions, events, personal_data

plugin = Plugin(
    app="notices",
    events=events,
    personal_data=personal_data.HOLDINGS,
    jobs=[actions.CONSUME, actions.SEND_NOTICE, actions.SEND_DIGEST, actions.SEND_ASKED, actions.REMIND],
)
