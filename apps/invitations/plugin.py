from apps.core.plugins import Plugin
from apps.invitations import actions, events, personal_data, tasks

plugin = Plugin(
    app="invitations",
    events=events,
    personal_data=personal_data.HOLDINGS,
    jobs=[actions.MAIL, tasks.ANNOUNCE],
    mails=[actions.OF_A_LEAD],
    party_replaced=[actions.revoke_of_former_company],
    companies_merged=[actions.move_to_merged_company],
    address_changed=[actions.revoke_after_undoing],
)
