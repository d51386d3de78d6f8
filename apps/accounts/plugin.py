from apps.accounts import mails, personal_data
from apps.core.plugins import Plugin

plugin = Plugin(app="accounts", personal_data=personal_data.HOLDINGS, jobs=[personal_data.FORGET], mails=mails.KINDS)
