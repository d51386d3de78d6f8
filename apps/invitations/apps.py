from django.apps import AppConfig


class InvitationsConfig(AppConfig):
    """How a person comes in: by an invitation of Presence or of a colleague, and in no other way."""

    name = "apps.invitations"
    label = "invitations"
