from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from apps.core import clock
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.outbox import actions
from apps.outbox.models import Mail, MailQuerySet


def _mails_to(user: Any) -> MailQuerySet:
    return Mail.objects.filter(Q(user=user) | Q(address=user.email))


def _export(user: Any) -> list[dict[str, Any]]:
    """Which messages went to them. What stood in those that wait may be a code or a link, which only the mailbox proves."""
    return [
        {
            "kind": mail.kind,
            "address": mail.address,
            "created_at": instant(mail.created_at),
            "sent_at": instant(mail.sent_at) if mail.sent_at else None,
        }
        for mail in _mails_to(user)
    ]


def _erase(user: Any) -> None:
    actions.erase(_mails_to(user))


def _expire() -> int:
    actions.drop_expired()
    return actions.forget(clock.now() - timedelta(days=settings.RETENTION["notices"]))


HOLDINGS = [Holding("mails", _export, _erase, expire=_expire)]
