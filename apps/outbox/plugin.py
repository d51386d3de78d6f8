from apps.core.plugins import Plugin
from apps.outbox import actions, personal_data

plugin = Plugin(app="outbox", personal_data=personal_data.HOLDINGS, jobs=[actions.SEND], mails=[actions.OTHER])
