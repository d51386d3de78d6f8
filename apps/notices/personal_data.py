from typing import Any

from django.db.models import Q

from apps.accounts import personal_data
from apps.accounts.models import User
from apps.core import clock
from apps.core.background import work
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.notices import queries
from apps.notices.actions import SEND_ASKED, SEND_DIGEST, SEND_NOTICE
from apps.notices.models import WAITING, AskedReminder, Digest, Notice, Preference


def _export(user: User) -> dict[str, Any]:
    preference = queries.preference_of(user)
    notices = Notice.objects.filter(user=user).select_related("event__rollout")
    digests = Digest.objects.filter(user=user).prefetch_related("reminders__rollout")
    return {
        "wants": {"events": preference.events, "reminders": preference.reminders},
        "notices": [
            {
                "rollout": row.event.rollout.code,
                "kind": row.event.kind,
                "event_at": instant(row.event.at),
                "sent_at": instant(row.sent_at) if row.sent_at else None,
            }
            for row in notices
        ],
        "reminders": [
            {"day": row.day.isoformat(), "rollout": reminder.rollout.code, "requirement": reminder.requirement}
            for row in digests
            for reminder in row.reminders.all()
        ],
        "asked_reminders": [
            {
                "asked_at": instant(row.asked_at),
                "asked_by": str(row.asked_by) if row.asked_by else None,
                "sent_at": instant(row.sent_at) if row.sent_at else None,
            }
            for row in AskedReminder.objects.filter(user=user).select_related("asked_by")
        ],
    }


def _erase(user: User) -> None:
    for model in (Notice, Digest, AskedReminder, Preference):
        model._default_manager.filter(user=user).delete()
    AskedReminder.objects.filter(asked_by=user).update(asked_by=None)


def _expire() -> int:
    """What was told to whom, or could not be. That an event was consumed names nobody and stays, so nothing is told twice."""
    before = personal_data.before("notices")
    still_sent = WAITING & ~Q(pk__in=work.given_up(SEND_NOTICE.name))
    notices = Notice.objects.filter(event__at__lt=before).exclude(still_sent)
    still_sent = WAITING & ~Q(pk__in=work.given_up(SEND_DIGEST.name))
    digests = Digest.objects.filter(day__lt=min(clock.day_of(before), clock.today())).exclude(still_sent)
    still_sent = WAITING & ~Q(pk__in=work.given_up(SEND_ASKED.name))
    requested = AskedReminder.objects.filter(asked_at__lt=before).exclude(still_sent)
    forgotten = notices.count() + digests.count() + requested.count()
    for rows in (notices, digests, requested):
        rows.delete()
    return forgotten


HOLDINGS = [
    Holding("notices", _export, _erase, expire=_expire),
]
