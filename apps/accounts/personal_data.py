"""What is kept of a person (LGPD): each app says what it holds, what it forgets on erasure, and what it drops with time.

An app's share stands in its ``personal_data.py``, which its ``plugin.py`` announces; ``docs/privacy.md`` is the same list
in words.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import AddressChange, ProofCode, name_of_erased
from apps.accounts.proof import mailed_codes
from apps.accounts.sessions import end_sessions
from apps.core import clock, plugins
from apps.core.background import work
from apps.core.canonical import instant
from apps.core.jobs import Job
from apps.core.personal_data import Holding, Mention
from apps.core.refusals import Refusal
from apps.limits import actions as limits

if TYPE_CHECKING:
    from apps.accounts.models import User


FORGET = Job(
    "accounts.forget",
    gettext_lazy("Esquecimento de dados vencidos"),
    gettext_lazy("Não foi possível apagar dados cujo prazo venceu"),
    task="apps.accounts.tasks.forget",
)


def _holdings() -> dict[str, Holding]:
    """What the apps hold of people, by its name, from the lowest floor to the highest."""
    return {holding.name: holding for plugin in plugins.plugins() for holding in plugin.personal_data}


def export(user: "User") -> dict[str, Any]:
    """All that is kept of ``user``, as plain JSON, with instants in UTC."""
    return {
        "exported_at": instant(clock.now()),
        **{name: holding.export(user) for name, holding in sorted(_holdings().items())},
    }


def objections(user: "User") -> list[str]:
    """Why ``user`` cannot be erased yet, a sentence each in the active language; empty when nothing stands in the way."""
    return [text for holding in _holdings().values() if holding.objections for text in holding.objections(user)]


def mentions(user: "User") -> list[Mention]:
    """Where others wrote the name of ``user`` and erasing puts a number in its place."""
    return [mention for holding in _holdings().values() if holding.mentions for mention in holding.mentions(user)]


def erase(user: "User") -> None:
    """Erase the account of ``user`` and whatever need not stay; on the record they become a number without a name.

    Raises ``Refusal`` (409) while something waits for them that nobody else can do.
    """
    with transaction.atomic():
        if reasons := objections(user):
            raise Refusal(_("Esta conta ainda não pode ser apagada."), details=reasons)
        # From the top floor down: what is above may find the person by what is below.
        for holding in reversed(_holdings().values()):
            if holding.erase:
                holding.erase(user)
        user.name = ""
        user.email = erased_address(user)
        user.is_active = user.is_superuser = False
        user.erased_at = clock.now()
        user.set_unusable_password()
        user.save()


def erased_name(user: "User") -> str:
    """What replaces the person's name in texts and lists of others: one wording for every reader, in the installation's
    language. Where the account itself is shown, ``User.name`` gives it in the reader's."""
    with translation.override(settings.LANGUAGE_CODE):
        return name_of_erased(user.pk)


def erased_address(user: "User") -> str:
    """An address that is nobody's: the domain is reserved."""
    return f"removida-{user.pk}@erased.invalid"


def expire() -> dict[str, int]:
    """Drop everything that is older than its retention setting; how much, by holding. Each holding stands alone, and each
    item that is dropped one by one."""
    dropped: dict[str, int] = {}

    def forget(name: str) -> None:
        dropped[name] = expire_one(name)

    work.do_all(
        FORGET, [name for name, holding in sorted(_holdings().items()) if holding.expire or holding.overdue], forget
    )
    return dropped


def expire_one(key: str) -> int:
    """Drop what is overdue of a holding, or of ``holding:item`` that one item; how much."""
    name, _colon, item = key.partition(":")
    holding = _holdings()[name]
    if item and holding.drop:
        holding.drop(item)
        return 1
    dropped = holding.expire() if holding.expire else 0
    overdue = [f"{name}:{item}" for item in holding.overdue()] if holding.overdue else []
    return dropped + work.do_all(FORGET, overdue, expire_one, most=len(overdue))


def before(days_setting: str) -> datetime:
    """The instant before which things of ``settings.RETENTION[days_setting]`` days are dropped."""
    return clock.now() - timedelta(days=settings.RETENTION[days_setting])


# --- What this app holds -----------------------------------------------------------------------------


def _export(user: "User") -> dict[str, Any]:
    return {
        "name": user.name,
        "email": user.email,
        "language": user.language,
        "time_zone": user.time_zone,
        "joined_at": instant(user.joined_at),
        "last_login": instant(user.last_login) if user.last_login else None,
        "consents": [{"version": row.version, "at": instant(row.at)} for row in user.consents.all()],
        "sessions": [
            {"address": row.ip, "agent": row.user_agent, "since": instant(row.created_at)}
            for row in UserSession.objects.filter(user=user)
        ],
        "second_factors": [
            {"kind": row.type, "since": instant(row.created_at)} for row in Authenticator.objects.filter(user=user)
        ],
        "address_changes": [
            {
                "before": row.before,
                "after": row.after,
                "at": instant(row.at),
                "confirmed_at": instant(row.confirmed_at) if row.confirmed_at else None,
                "undone_at": instant(row.undone_at) if row.undone_at else None,
            }
            for row in user.address_changes.all()
        ],
    }


def _erase(user: "User") -> None:
    end_sessions(user)
    UserSession.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    EmailAddress.objects.filter(user=user).delete()
    user.address_changes.all().delete()
    user.proof_codes.all().delete()


def _expire() -> int:
    """Sign-ins that ended: what they were, and from where; addresses that accounts had before; codes that ran out."""
    AddressChange.objects.filter(at__lt=before("sessions")).delete()
    mailed_codes.forget(ProofCode)
    ended = UserSession.objects.filter(last_seen_at__lt=before("sessions"))
    Session.objects.filter(expire_date__lt=clock.now()).delete()
    limits.forget()
    return ended.delete()[0]


HOLDINGS = [Holding("account", _export, _erase, expire=_expire)]
