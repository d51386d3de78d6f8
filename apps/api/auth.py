"""Who is asking: a token in ``Authorization``, or the session of a person (then with the CSRF header)."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from ninja.security import SessionAuth
from ninja.security.http import HttpAuthBase

from apps.accounts.models import User
from apps.api.models import ApiToken, digest_of
from apps.core import clock
from apps.core.refusals import Refusal, TooMany
from apps.core.web import retries
from apps.limits import actions as limits
from apps.limits.places import network_of
from apps.rollouts.models import Rollout

WRONG_TOKENS = limits.Limit("wrong-token", ((60, limits.MINUTE),))
"""From one network address. A tool whose token ended asks again and again: it is answered 401, then 429."""


class Unauthorized(Refusal):
    """No token, or one that opens nothing (401)."""

    status = 401


class Token(HttpAuthBase):
    """The header decides: a request with a token never acts as the person whose browser session it also carries."""

    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> Any:
        return token_of(request)


class Session(SessionAuth):
    """A person in the browser. Who did not sign in is answered 401 before CSRF is checked."""

    def __call__(self, request: HttpRequest) -> Any:
        return super().__call__(request) if request.user.is_authenticated else None


@sensitive_variables("header")
def token_of(request: HttpRequest) -> ApiToken | None:
    """The token that ``request`` carries, None without one; from then on ``request.user`` is its person, as they are in
    this rollout alone. Raises ``Unauthorized`` (401) or ``TooMany`` (429)."""
    header = request.headers.get("Authorization", "")
    if not header:
        return None
    token = getattr(request, "api_token", None)
    if token is None:
        token = _token_in(request, header)
        with retries.only_counting():
            _count_request(token)
        request.user = _person(token)
        request.api_token = token  # type: ignore[attr-defined]
    return token


@sensitive_variables("header")
def _token_in(request: HttpRequest, header: str) -> ApiToken:
    """The token in ``header``. A wrong one counts against the network that it comes from. Raises what ``token_of`` raises."""
    try:
        return _valid_token(header)
    except Unauthorized:
        limits.take(WRONG_TOKENS, network_of(request))
        raise


@sensitive_variables("header", "secret")
def _valid_token(header: str) -> ApiToken:
    kind, _space, secret = header.partition(" ")
    if kind.lower() != "bearer":
        raise Unauthorized(_("Envie o token no cabeçalho Authorization: Bearer."))
    rows = ApiToken.objects.select_related("membership__user", "membership__company", "rollout")
    token = rows.filter(digest=digest_of(secret.strip())).first()
    if token is None:
        raise Unauthorized(_("Este token não existe. Confira se foi copiado inteiro."))
    if token.revoked_at is not None:
        raise Unauthorized(_("Este token foi revogado. Crie outro na página de API do projeto."))
    if token.is_expired:
        raise Unauthorized(_("Este token venceu. Crie outro na página de API do projeto."))
    person = _person(token)
    if not Rollout.objects.visible_to(person).filter(pk=token.rollout_id).exists():
        raise Unauthorized(_("Quem criou este token não participa mais do projeto."))
    return token


def _person(token: ApiToken) -> User:
    """Whom the token acts as: the person in the one company and the one rollout that it is for."""
    person, company = token.membership.user, token.membership.company
    person._company_roles = {company.pk: (company.kind, token.membership.role)}  # type: ignore[attr-defined]
    person.only_rollout = token.rollout_id  # type: ignore[attr-defined]
    person.is_superuser = False
    return person


def _count_request(token: ApiToken) -> None:
    """Count this request. The first of a minute is also the last use that the page shows. Raises ``TooMany`` (429)."""
    now = clock.now()
    minute: datetime = now.replace(second=0, microsecond=0)
    row = ApiToken.objects.filter(pk=token.pk)
    increment = {"requests": F("requests") + 1}
    if not row.filter(minute=minute).update(**increment):
        first = row.exclude(minute=minute).update(minute=minute, requests=1, last_used_at=now)
        if not first:  # Another began the minute in between.
            row.update(**increment)
    if row.values_list("requests", flat=True)[0] > settings.API_REQUESTS_PER_MINUTE:
        wait = 60 - now.second
        raise TooMany(_("Pedidos demais neste minuto. Tente de novo em %(wait)d s.") % {"wait": wait}, wait=wait)
