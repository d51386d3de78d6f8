from collections.abc import Iterator
from typing import Any

from django.utils.html import format_html
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.canonical import instant
from apps.core.personal_data import Holding
from apps.rollouts.corrections import actions as corrections
from apps.rollouts.models import Event


def _export(user: User) -> list[dict[str, Any]]:
    """What they did, as the timelines have it. The record stays; on it they lose their name with their account."""
    events = Event.objects.filter(actor=user).select_related("rollout").order_by("at", "pk")
    return [
        {"rollout": event.rollout.code, "at": instant(event.at), "kind": event.kind, "text": event.describe()}
        for event in events
    ]


def _objections(user: User) -> Iterator[str]:
    for rollout in corrections.managed_by(user):
        yield format_html(
            _('Gerencia o projeto {}, que está aberto. <a class="link" href="{}">Passe-o a outra pessoa</a>.'),
            rollout.code,
            corrections.handing_over_url(user),
        )


HOLDINGS = [
    Holding("actions", _export, objections=_objections),
]
