"""Give a tool a key to one rollout, and take it back."""

import secrets
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from apps.accounts import address_changes as addresses
from apps.accounts.models import AddressChange, User
from apps.api.models import ApiToken, digest_of
from apps.companies.models import Kind, Membership
from apps.core import clock
from apps.core.refusals import Invalid, Refusal, require
from apps.core.web.rest import Scope
from apps.rollouts import timeline
from apps.rollouts.models import Rollout

ISSUED = timeline.kind("api.token_issued", gettext_lazy("criou o token de API “%(name)s” (%(scopes)s)"), "key-round")
REVOKED = timeline.kind(
    "api.token_revoked", gettext_lazy("revogou o token de API “%(name)s” (%(scopes)s)"), "key-round"
)

PREFIX = "prl_"
"""How a token begins, so that a scanner of repositories knows one that was left there."""

# A token is never offered what its person may not do.
NEEDS = {
    Scope.RESULTS: "homologation.execute",
    Scope.FILES: "homologation.execute",
    Scope.DELIVERY: "development.report",
    Scope.PROGRESS: "development.report",
}


def scopes_for(user: User, rollout: Rollout) -> list[Scope]:
    """The scopes that a token of ``user`` may have on ``rollout``."""
    return [scope for scope in Scope if scope not in NEEDS or user.has_perm(NEEDS[scope], rollout)]


@sensitive_variables("secret")
def issue_token(
    rollout: Rollout, *, by: User, name: str, scopes: Sequence[str], expires: date | None = None
) -> tuple[ApiToken, str]:
    """A new token that acts as ``by``, and its secret, which is never seen again. It is good until the end of the day
    ``expires``. Raises ``Invalid`` (422) for a name in use, a day in the past, or scopes that ``by`` may not give."""
    require(by, "api.issue_token", rollout)
    with timeline.changing(rollout) as rollout:
        name = name.strip()
        if not name:
            raise Invalid(_("Dê um nome ao token, como “CI da Conecta”."), field="name")
        if ApiToken.objects.filter(rollout=rollout, name=name, revoked_at=None).exists():
            raise Invalid(
                _("Já existe um token com este nome neste projeto. Revogue-o ou dê outro nome."), field="name"
            )
        allowed = scopes_for(by, rollout)
        if not scopes or set(scopes) - set(allowed):
            raise Invalid(_("Escolha o que o token pode fazer, entre o que o seu papel permite."), field="scopes")
        if expires is not None and expires < clock.today():
            raise Invalid(_("A validade não pode estar no passado."), field="expires")
        secret = PREFIX + secrets.token_urlsafe(32)
        token = ApiToken.objects.create(
            rollout=rollout,
            membership=_place(rollout, by),
            name=name,
            scopes=[scope.value for scope in allowed if scope in scopes],
            prefix=secret[:10],
            digest=digest_of(secret),
            expires_at=_end_of(expires) if expires else None,
        )
        timeline.record(rollout, ISSUED, by, name=name, scopes=", ".join(token.scopes))
        return token, secret


def revoke_token(token: ApiToken, *, by: User) -> None:
    """End a token at once, also of a closed rollout. Raises ``Refusal`` (409) when it was revoked already."""
    require(by, "api.revoke_token", token)
    with timeline.changing(token.rollout, even_closed=True) as rollout:
        token = ApiToken.objects.get(pk=token.pk)
        if token.revoked_at:
            raise Refusal(_("O token “%(name)s” já foi revogado.") % {"name": token.name})
        token.revoked_at = clock.now()
        token.save(update_fields=["revoked_at"])
        timeline.record(rollout, REVOKED, by, name=token.name, scopes=", ".join(token.scopes))


def revoke_what_another_hand_made(change: AddressChange) -> None:
    """End the tokens of an account whose change of address was undone, made since a day before that change."""
    if not change.undone_at:
        return
    made_since = ApiToken.objects.filter(
        membership__user=change.user, created_at__gte=change.at - addresses.SUSPECT_PERIOD, revoked_at=None
    )
    for token in made_since.order_by("rollout", "pk"):
        revoke_token(token, by=change.user)


def _place(rollout: Rollout, by: User) -> Membership:
    """The company for which ``by`` takes part: the integrator's before the platform's, Presence's last."""
    companies = [rollout.company(role).pk for role in ("integrator", "platform", "presence")]
    places = by.memberships.filter(company__in=companies).select_related("company")
    if not places:
        raise Refusal(_("Só quem trabalha em uma das empresas do projeto cria tokens."))
    return min(places, key=lambda place: (place.company.kind == Kind.PRESENCE, companies.index(place.company_id)))


def _end_of(day: date) -> datetime:
    return clock.instant_of(day + timedelta(days=1))
