"""The one door of the vault: values are sealed here, and unsealed nowhere else."""

import hmac
from base64 import b64decode, b64encode
from functools import lru_cache

import tink
from django.conf import settings
from tink import aead, secret_key_access

from apps.vault.models import Secret

aead.register()


@lru_cache(maxsize=4)
def _primitive(keyset: str) -> aead.Aead:
    return tink.json_proto_keyset_format.parse(keyset, secret_key_access.TOKEN).primitive(aead.Aead)


def seal(plaintext: str, *, field: str) -> Secret:
    """Encrypt ``plaintext`` (AES-GCM by tink, keyset from VAULT_KEYSET) into a new row bound to its id and ``field``."""
    secret = Secret(field=field)
    secret.ciphertext = _primitive(settings.VAULT_KEYSET).encrypt(plaintext.encode(), secret.associated_data)
    secret.save(force_insert=True)
    return secret


def reseal(secret: Secret) -> bytes:
    """The ciphertext of ``secret`` closed anew with the primary key (see ``rotation``). Nothing is saved."""
    return _primitive(settings.VAULT_KEYSET).encrypt(unseal(secret).encode(), secret.associated_data)


def unseal(secret: Secret) -> str:
    """The plaintext of ``secret``. Raises ``tink.TinkError`` when the row or its ciphertext was tampered with.

    Called by ``prerequisites`` alone: to reveal it to a person, with a reason and an event, and to try it at its platform.
    """
    return _primitive(settings.VAULT_KEYSET).decrypt(bytes(secret.ciphertext), secret.associated_data).decode()


def same(one: Secret, other: Secret) -> bool:
    """Whether both hold the same value. Nothing else leaves the vault by it, and no time that tells how much agrees."""
    return one.pk == other.pk or hmac.compare_digest(unseal(one).encode(), unseal(other).encode())


def encrypt_text(plaintext: str, *, purpose: str) -> str:
    """``plaintext`` as base64 ciphertext for a column of another library; ``purpose`` is bound to it."""
    return b64encode(_primitive(settings.VAULT_KEYSET).encrypt(plaintext.encode(), purpose.encode())).decode()


def decrypt_text(ciphertext: str, *, purpose: str) -> str:
    """What ``encrypt_text`` encrypted for ``purpose``. Raises ``tink.TinkError`` when it was tampered with."""
    return _primitive(settings.VAULT_KEYSET).decrypt(b64decode(ciphertext), purpose.encode()).decode()


def new_keyset() -> str:
    """A fresh AES-256-GCM keyset as one line of JSON, for VAULT_KEYSET."""
    handle = tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)
    text = tink.json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    return "".join(line.strip() for line in text.splitlines())
