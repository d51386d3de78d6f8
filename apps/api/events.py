"""What can happen to the tokens of a rollout."""

from django.utils.translation import gettext_lazy as _

from apps.core.events import EventData


class TokenIssued(
    EventData,
    kind="api.token_issued",
    sentence=_("criou o token de API “%(name)s” (%(scopes)s)"),
    icon="key-round",
):
    """``scopes`` are codes of ``rest.Scope``, as a developer knows them, with commas between."""

    name: str
    scopes: str


class TokenRevoked(
    EventData,
    kind="api.token_revoked",
    sentence=_("revogou o token de API “%(name)s” (%(scopes)s)"),
    icon="key-round",
):
    name: str
    scopes: str
