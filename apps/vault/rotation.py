"""A new primary key, and everything encrypted anew with it, while the application goes on.

1. ``manage.py new_keyset --from-current`` prints the keyset with a new primary key; the old keys still open what they closed.
2. Every process gets that keyset. What is written from now on is closed with the new key.
3. ``manage.py rotate_vault`` closes everything else with it, row by row, and proves that nothing is left.
4. ``manage.py new_keyset --only-primary`` prints the keyset without the old keys.

Other libraries' columns that hold ciphertext are registered with ``rotates``, so that they are not forgotten.
"""

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import tink
from tink import aead, secret_key_access

from apps.vault import actions, keys
from apps.vault.models import Secret

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Holding:
    """Ciphertexts somewhere. ``keys`` lists the rows; ``rotate(key)`` closes one anew unless somebody just changed it;
    ``ciphertexts`` gives all of them as bytes."""

    name: str
    keys: Callable[[], list]
    rotate: Callable[[object], None]
    ciphertexts: Callable[[], list[bytes]]


_holdings: dict[str, Holding] = {}


def rotates(holding: Holding) -> None:
    _holdings[holding.name] = holding


def with_new_primary(keyset: str) -> str:
    """``keyset`` with one more key, which closes from now on; one line of JSON."""
    fresh = json.loads(actions.new_keyset())
    known = json.loads(keyset)
    known["key"].append(fresh["key"][0])
    known["primaryKeyId"] = fresh["primaryKeyId"]
    tink.json_proto_keyset_format.parse(json.dumps(known), secret_key_access.TOKEN).primitive(aead.Aead)
    return json.dumps(known, separators=(",", ":"))


def only_primary(keyset: str) -> str:
    """``keyset`` with its primary key alone. What an older key closed no longer opens: see ``left_behind``."""
    known = json.loads(keyset)
    known["key"] = [key for key in known["key"] if key["keyId"] == known["primaryKeyId"]]
    return json.dumps(known, separators=(",", ":"))


def rotate() -> dict[str, int]:
    """Close everything with the primary key of VAULT_KEYSET; how many rows, by holding. Safe to run twice and beside
    readers and writers: a row changed meanwhile was closed with the new key by whoever changed it, and one that was
    destroyed is gone. A row that cannot be opened is logged and keeps no other waiting: ``left_behind`` counts it."""
    done = {}
    for holding in _holdings.values():
        done[holding.name] = 0
        rows = holding.keys()
        for key in rows:
            try:
                holding.rotate(key)
            except Exception as error:
                logger.error("%s: %s could not be closed anew: %s", holding.name, key, type(error).__name__)
            else:
                done[holding.name] += 1
    return done


def left_behind() -> dict[str, int]:
    """How many ciphertexts are not closed with the primary key, by holding: tink writes the key's number in front."""
    prefix = b"\x01" + keys.primary_key_id().to_bytes(4, "big")
    return {
        holding.name: sum(not text.startswith(prefix) for text in holding.ciphertexts())
        for holding in _holdings.values()
    }


def _rotate_secret(pk: object) -> None:
    secret = Secret.objects.filter(pk=pk).first()
    if secret is None:
        return  # Destroyed meanwhile.
    before = bytes(secret.ciphertext)
    after = actions.reseal(secret)
    # Only what was read is replaced; a row that changed in between is already closed with the new key.
    Secret.objects.filter(pk=pk, ciphertext=before).update(ciphertext=after)


rotates(
    Holding(
        "secrets",
        lambda: list(Secret.objects.values_list("pk", flat=True)),
        _rotate_secret,
        lambda: [bytes(text) for text in Secret.objects.values_list("ciphertext", flat=True)],
    )
)


def _second_factors() -> list[tuple[int, str, str]]:
    """``(key, column, ciphertext)`` of the seeds that django-allauth keeps."""
    from allauth.mfa.models import Authenticator

    return [
        (row.pk, name, row.data[name])
        for row in Authenticator.objects.all()
        for name in ("secret", "seed")
        if isinstance(row.data.get(name), str)
    ]


def _rotate_second_factor(key: object) -> None:
    from allauth.mfa.models import Authenticator
    from django.db import transaction

    from apps.vault.second_factor import PURPOSE

    pk, name = cast(tuple[int, str], key)
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=pk).first()
        if row is None:
            return  # Its owner removed it meanwhile.
        plaintext = actions.decrypt_text(row.data[name], purpose=PURPOSE)
        row.data[name] = actions.encrypt_text(plaintext, purpose=PURPOSE)
        row.save(update_fields=["data"])


rotates(
    Holding(
        "second factors",
        lambda: [(pk, name) for pk, name, _text in _second_factors()],
        _rotate_second_factor,
        lambda: [b64decode(text) for _pk, _name, text in _second_factors()],
    )
)
