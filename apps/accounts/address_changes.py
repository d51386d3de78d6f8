"""The address of an account, and what became of the one before: whoever reads the mail there is told of a change, and may
confirm or undo it. Until then, or for seven days, the new one does not count where a signature rests on it."""

from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import AddressChange, User
from apps.accounts.sessions import end_sessions
from apps.core import clock, plugins
from apps.core.database.rows import embedded_first
from apps.core.refusals import Refusal

SETTLES = timedelta(days=7)
"""After this long a change that nobody undid counts like a confirmed one."""
SUSPECT_PERIOD = timedelta(days=1)
"""Second factors made as long as this before a change that is undone are taken for made by the same stranger."""
SALT = "accounts.address-change"


def vouch_for_address(user: User) -> None:
    """Note that ``user``'s address is proved to be theirs: what was sent to it came back."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})


def record_change(user: User, *, before: str, after: str) -> AddressChange:
    """Note that ``user``, whose address is ``after`` now, had ``before`` until this moment."""
    with transaction.atomic():
        address_change = AddressChange.objects.create(user=user, before=before, after=after)
        _notify_listeners(address_change)
    return address_change


def _unsettled(user: User) -> QuerySet[AddressChange]:
    return user.address_changes.filter(**_counts_not_yet())


def _counts_not_yet() -> dict[str, Any]:
    return {"confirmed_at": None, "undone_at": None, "at__gt": clock.now() - SETTLES}


def unsettled(user: User) -> AddressChange | None:
    """The newest change of ``user``'s address that does not count yet: seven days have not passed, and the address before
    has not confirmed it."""
    return _unsettled(user).last()


def unsettled_of(user: str) -> Subquery:
    """An annotation for ``row_of``: the same of the account whose key the outer row has as ``user``."""
    changes = AddressChange.objects.filter(user=OuterRef(user), **_counts_not_yet())
    return embedded_first(changes.order_by("-at", "-pk"))


def counts_from(address_change: AddressChange) -> datetime:
    """When a change counts that nobody answers."""
    return address_change.at + SETTLES


def settled(user: User) -> str:
    """The address that ``user`` had before every change that does not count yet."""
    earliest = _unsettled(user).first()
    return earliest.before if earliest else user.email


def answer_url(address_change: AddressChange) -> str:
    """Where the address before answers; the link itself is the key, for seven days."""
    token = signing.dumps(address_change.pk, salt=SALT)
    return settings.SITE_URL + reverse("accounts:address_answer", args=[token])


def by_token(token: str) -> AddressChange | None:
    """The change that a link belongs to; None for one that was made up, or whose seven days are over."""
    try:
        pk = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    address_change = AddressChange.objects.select_related("user").filter(pk=pk, user__erased_at=None).first()
    return address_change if address_change and counts_from(address_change) > clock.now() else None


def confirm(address_change: AddressChange) -> None:
    """The address before says that the change was its owner's. Raises ``Refusal`` when it was answered already."""
    with transaction.atomic():
        address_change = _locked(address_change)
        address_change.confirmed_at = clock.now()
        address_change.save(update_fields=["confirmed_at"])
        _notify_listeners(address_change)


def undo(address_change: AddressChange) -> None:
    """The address before says that it was somebody else: the account has it again, and nobody is signed in any more.

    What the stranger may have set up goes too: the password, and the second factors made since a day before the change.
    The owner signs in with a code by e-mail. Raises ``Refusal`` when the change was answered, or the address is another
    account's by now.
    """
    with transaction.atomic():
        address_change = _locked(address_change)
        user = address_change.user
        if User.objects.filter(email__iexact=address_change.before).exclude(pk=user.pk).exists():
            raise Refusal(_("Este endereço já é de outra conta. Fale com a Presence."))
        end_sessions(user)
        EmailAddress.objects.filter(user=user).delete()
        user.email = address_change.before
        user.set_unusable_password()
        user.save(update_fields=["email", "password"])
        vouch_for_address(user)
        factors = Authenticator.objects.filter(user=user)
        factors.filter(created_at__gte=address_change.at - SUSPECT_PERIOD).delete()
        if not factors.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            factors.delete()
        later_changes = user.address_changes.filter(pk__gte=address_change.pk, undone_at=None)
        later_changes.update(undone_at=clock.now(), confirmed_at=None)
        address_change.refresh_from_db()
        _notify_listeners(address_change)


def masked(email: str) -> str:
    """Enough of an address for its owner to know it: ``m•••@loja.com.br``."""
    name, _at, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


def _locked(address_change: AddressChange) -> AddressChange:
    """``address_change``, read anew and locked with its account."""
    user = User.objects.select_for_update(no_key=True).get(pk=address_change.user_id)
    address_change = AddressChange.objects.get(pk=address_change.pk)
    address_change.user = user
    if address_change.confirmed_at or address_change.undone_at:
        raise Refusal(_("Esta mudança de e-mail já foi respondida."))
    return address_change


def _notify_listeners(address_change: AddressChange) -> None:
    for plugin in plugins.plugins():
        for listener in plugin.address_changed:
            listener(address_change)
