"""Whether the keys in use are those that the data was closed with.

A text of the vault's own is closed with them (``KeyCheck``), and each process opens it before it closes anything: what was
written under other keys could not be read with those of the rest, and nobody would know before it is needed.
"""

import logging
from collections.abc import Sequence

import tink
from django.conf import settings
from django.core.checks import CheckMessage, Critical
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _

from apps.core.refusals import Refusal
from apps.vault import keys
from apps.vault.models import KeyCheck, Secret

logger = logging.getLogger(__name__)

TEXT, PURPOSE = b"opens", b"vault.key_check"
OTHER_KEYS = "The keys in VAULT_KEYSET are not those that this database was closed with."
NO_KEYS = "VAULT_KEYSET cannot be read, or the KMS that closes it does not open it."
HINT = "Give every process the keyset that is kept for this database (docs/vault.md, When the keys are lost)."
MOST_TRIED = 20
"""Secrets that are tried where nothing was checked yet: one may have been tampered with, not all."""

_keysets_that_open: set[tuple[str, str]] = set()
"""Those that this process has tried."""


class VaultClosed(Refusal):
    """Nothing can be opened or closed with the keys in use (503); whoever runs the installation has the right ones."""

    status = 503


def require_open() -> None:
    """Raise ``VaultClosed`` where the keys in use are not those of the data. The first time with them the database is asked;
    where it holds no check yet, and no secret that says otherwise, one is closed with them."""
    keyset = (settings.VAULT_KEYSET, settings.VAULT_KMS_URI)
    if keyset in _keysets_that_open:
        return
    reason = problem()
    if not reason:
        _check, was_missing = KeyCheck.objects.get_or_create(pk=1, defaults={"ciphertext": _closed_text()})
        # Another process may have been faster, with other keys.
        reason = "" if was_missing else problem()
    if reason:
        logger.critical("The vault is closed: %s", reason)
        raise VaultClosed(_("O cofre está fechado: este servidor não tem as chaves dele. Avise a equipe da Presence."))
    _keysets_that_open.add(keyset)


def problem() -> str:
    """What is wrong with the keys in use, in English for the log; empty when nothing is known to be. Nothing is written."""
    try:
        keys.primitive()
    except ImproperlyConfigured as error:  # It says what to do.
        return str(error)
    except Exception as error:  # Each KMS's library has errors of its own.
        return f"{NO_KEYS} ({type(error).__name__})"
    check = KeyCheck.objects.first()
    if check is not None:
        return "" if _opens(bytes(check.ciphertext), PURPOSE) else OTHER_KEYS
    secrets = Secret.objects.order_by("-created_at")[:MOST_TRIED]
    tried = [_opens(bytes(secret.ciphertext), secret.associated_data(secret.destination)) for secret in secrets]
    return OTHER_KEYS if tried and not any(tried) else ""


def close_anew() -> bytes:
    """The text of the check, closed with the primary key. Raises ``VaultClosed`` where the keys in use do not open it now."""
    require_open()
    return _closed_text()


def _closed_text() -> bytes:
    return keys.primitive().encrypt(TEXT, PURPOSE)


def at_start(app_configs: object, databases: Sequence[str] | None = None, **kwargs: object) -> list[CheckMessage]:
    """Django's check of the same, wherever a command looks at the database first: an installation with the wrong keys does
    not start."""
    if not databases:
        return []
    try:
        reason = problem()
    except DatabaseError:
        return []  # Before the first migration, or said elsewhere.
    return [Critical(reason, hint=HINT, id="vault.C001")] if reason else []


def log_at_start() -> None:
    """Say in the log of a process that starts what is wrong with its keys. It starts all the same: the rest goes on. While
    the database is away nothing is known of them, and whoever needs the vault first asks again."""
    try:
        if reason := problem():
            logger.critical("The vault is closed: %s %s", reason, HINT)
    except DatabaseError:
        logger.warning("The keys of the vault could not be tried: the database does not answer, or has no tables yet.")
    finally:
        connection.close()


def _opens(ciphertext: bytes, associated_data: bytes) -> bool:
    try:
        keys.primitive().decrypt(ciphertext, associated_data)
    except tink.TinkError:
        return False
    return True
