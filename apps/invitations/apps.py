from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """How a person comes in: by an invitation of Presence or of a colleague, and in no other way."""

    name = "apps.invitations"
    label = "invitations"

    def ready(self) -> None:
        from apps.accounts import address_changes as addresses
        from apps.invitations import actions

        addresses.when_changed(actions.revoke_after_undoing)
