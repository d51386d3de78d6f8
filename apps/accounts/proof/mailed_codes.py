"""Codes of six digits by e-mail, the rules of all of them: ten minutes, five tries, once, the newest alone, five an hour."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _

from apps.accounts.models import MailedCode
from apps.core import clock
from apps.core.refusals import Invalid, TooMany

Code = TypeVar("Code", bound=MailedCode)

MINUTES = 10
TRIES = 5
PER_HOUR = 5
PAUSE = timedelta(seconds=30)


def issue(sent: QuerySet[Code], make: Callable[..., Code], *, salt: str, bound_to: str, **fields: Any) -> str:
    """A new code, of which ``make`` keeps the digest; ``sent`` are those that count together towards the limits.

    ``salt`` names the purpose and ``bound_to`` whom and what the code is for: it fits nothing else. The caller holds a
    lock that keeps two requests apart. Raises ``TooMany`` (429) for one right after another and for the sixth in an hour.
    """
    now = clock.now()
    recent = sent.filter(created_at__gt=now - timedelta(hours=1))
    if recent.filter(created_at__gt=now - PAUSE).exists():
        message = _("Um código acabou de ser enviado. Espere meio minuto antes de pedir outro.")
        raise TooMany(message, wait=int(PAUSE.total_seconds()))
    if recent.count() >= PER_HOUR:
        raise TooMany(_("Muitos códigos pedidos. Aguarde uma hora e peça outro."), wait=3600)
    code = f"{secrets.randbelow(1_000_000):06d}"
    digest = _digest(salt, bound_to, code)
    make(digest=digest, created_at=now, expires_at=now + timedelta(minutes=MINUTES), **fields)
    return code


def spend(sent: QuerySet[Code], *, salt: str, bound_to: str, code: str, field: str = "code") -> Code:
    """Use up the newest of ``sent``, and return it. A wrong try counts even when everything after it is undone.

    Raises ``Invalid`` on ``field`` (422) when ``code`` is wrong, used, older than ten minutes, or was tried five times.
    """
    typed = "".join(character for character in code if character.isdecimal())
    with transaction.atomic():
        newest = sent.select_for_update(no_key=True).last()
        is_open = newest is not None and newest.used_at is None and newest.expires_at > clock.now()
        if newest is None or not is_open or newest.tries >= TRIES:
            raise Invalid(_("Este código não vale mais. Peça outro."), field=field)
        newest.tries += 1
        fits = constant_time_compare(newest.digest, _digest(salt, bound_to, typed))
        newest.used_at = clock.now() if fits else None
        newest.save(update_fields=["tries", "used_at"])
    if not fits:
        raise Invalid(_("Código incorreto. Confira o último e-mail que recebeu."), field=field)
    return newest


def forget(model: type[Model]) -> int:
    """Drop the codes of ``model`` that ran out a day ago or more; how many."""
    return model._default_manager.filter(expires_at__lt=clock.now() - timedelta(days=1)).delete()[0]


def _digest(salt: str, bound_to: str, code: str) -> str:
    """Without the installation's secret a million tries tell nothing."""
    return salted_hmac(salt, f"{bound_to}:{code}", algorithm="sha256").hexdigest()
