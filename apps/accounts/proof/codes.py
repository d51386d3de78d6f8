"""A code by e-mail as fresh proof: for the session that asked for it, to the address that the account had when it began."""

import hashlib

from allauth.account.adapter import get_adapter
from django.db import transaction
from django.http import HttpRequest

from apps.accounts import address_changes as addresses
from apps.accounts.http import SignedInRequest
from apps.accounts.models import ProofCode, User
from apps.accounts.proof import mailed_codes
from apps.accounts.proof.fresh import proved_by_mail

SALT = "accounts.fresh-proof"
ADDRESS_AT_SIGN_IN = "address_at_sign_in"


def hold_address(request: HttpRequest, user: User) -> None:
    """Remember, when a session begins, the address that the account has: one that it gets later proves nothing there."""
    request.session[ADDRESS_AT_SIGN_IN] = user.email


def held_address(request: SignedInRequest) -> str:
    """Where codes of this session go. A session that remembers nothing goes by changes that do not count yet."""
    return request.session.get(ADDRESS_AT_SIGN_IN) or addresses.settled(request.user)


def send(request: SignedInRequest) -> str:
    """Mail a new code; the address. Raises ``Refusal`` for too many (429)."""
    address, session = held_address(request), _session(request)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=request.user.pk)
        make = ProofCode.objects.create
        code = mailed_codes.issue(
            user.proof_codes.all(), make, salt=SALT, bound_to=_bound_to(user, session), user=user, session=session
        )
        context = {"code": code, "minutes": mailed_codes.MINUTES, "user": user}
        get_adapter().send_mail("account/email/proof_code", address, context)
    return address


def prove(request: SignedInRequest, *, mailed: str) -> None:
    """Prove with the newest code of this session. Raises ``Invalid`` when it is not that one."""
    session = _session(request)
    session_codes = request.user.proof_codes.filter(session=session)
    mailed_codes.spend(session_codes, salt=SALT, bound_to=_bound_to(request.user, session), code=mailed, field="mailed")
    proved_by_mail(request, email=held_address(request))


def _bound_to(user: User, session: str) -> str:
    return f"{user.pk}:{session}"


def _session(request: HttpRequest) -> str:
    return hashlib.sha256((request.session.session_key or "").encode()).hexdigest()
