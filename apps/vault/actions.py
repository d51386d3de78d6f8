"""The one door of the vault: values are sealed here, and unsealed and destroyed nowhere else."""

import hashlib
import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from uuid import UUID

import tink
from django.views.decorators.debug import sensitive_variables

from apps.vault import key_check, keys
from apps.vault.models import Secret


@sensitive_variables()
def seal(plaintext: str, *, field: str, destination: str = "") -> Secret:
    """Encrypt ``plaintext`` (AES-GCM by tink, keyset from ``keys``) into a new row bound to its id, ``field`` and
    ``destination``: where it may be sent, empty for nowhere. As all of these it raises ``key_check.VaultClosed`` where the
    keys in use are not those of the data."""
    key_check.require_open()
    secret = Secret(field=field, destination=destination)
    secret.ciphertext = keys.primitive().encrypt(plaintext.encode(), secret.associated_data(destination))
    secret.save(force_insert=True)
    return secret


@sensitive_variables()
def reseal(secret: Secret) -> bytes:
    """The ciphertext of ``secret`` closed anew with the primary key (see ``rotation``). Nothing is saved."""
    return keys.primitive().encrypt(unseal(secret).encode(), secret.associated_data(secret.destination))


@sensitive_variables()
def unseal(secret: Secret) -> str:
    """The plaintext of ``secret``, for a person to read or to compare; see ``unseal_for`` for sending it anywhere. Raises
    ``tink.TinkError`` when the row or its ciphertext was tampered with.

    Called by ``prerequisites`` alone: to reveal it to a person, with a reason and an event, and to compare two.
    """
    return _opened(bytes(secret.ciphertext), secret.associated_data(secret.destination))


@sensitive_variables()
def unseal_for(secret: Secret, destination: str) -> str:
    """The plaintext of ``secret``, to be sent to ``destination``. Raises ``tink.TinkError`` unless it was sealed for exactly
    that, whatever the row says of it, and for a destination that is empty."""
    if not destination:
        raise tink.TinkError("nothing is sent to no destination")
    return _opened(bytes(secret.ciphertext), secret.associated_data(destination))


@sensitive_variables()
def same(secret: Secret, other_secret: Secret) -> bool:
    """Whether both hold the same value. Nothing else leaves the vault by it, and no time that tells how much agrees."""
    return secret.pk == other_secret.pk or hmac.compare_digest(unseal(secret).encode(), unseal(other_secret).encode())


def destroy(ids: Iterable[UUID]) -> list[tuple[str, str, str]]:
    """Delete the secrets for ever: ``(id, field, hex SHA-256 of the ciphertext)`` of each that was there, sorted.

    Only within a transaction: the rows are locked, so that what is told is what was deleted.
    """
    rows = list(Secret.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk"))
    Secret.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return sorted((str(row.pk), row.field, hashlib.sha256(bytes(row.ciphertext)).hexdigest()) for row in rows)


@sensitive_variables()
def encrypt_text(plaintext: str, *, purpose: str) -> str:
    """``plaintext`` as base64 ciphertext for a column of another library; ``purpose`` is bound to it."""
    key_check.require_open()
    return b64encode(keys.primitive().encrypt(plaintext.encode(), purpose.encode())).decode()


@sensitive_variables()
def decrypt_text(ciphertext: str, *, purpose: str) -> str:
    """What ``encrypt_text`` encrypted for ``purpose``. Raises ``tink.TinkError`` when it was tampered with."""
    return _opened(b64decode(ciphertext), purpose.encode())


@sensitive_variables()
def _opened(ciphertext: bytes, associated_data: bytes) -> str:
    try:
        return keys.primitive().decrypt(ciphertext, associated_data).decode()
    except tink.TinkError:
        # With the keys of the data it was tampered with; with others nothing can be said of it.
        key_check.require_open()
        raise


def new_keyset() -> str:
    """A fresh AES-256-GCM keyset as one line of JSON, for VAULT_KEYSET."""
    return keys.fresh()
