"""A new primary key, and everything encrypted anew with it, while the application goes on.

1. ``manage.py new_keyset --from-current`` prints the keyset with a new primary key; the old keys still open what they closed.
2. Every process gets that keyset. What is written from now on is closed with the new key.
3. ``manage.py rotate_vault`` closes everything else with it, row by row, and proves that nothing is left.
4. ``manage.py new_keyset --only-primary`` prints the keyset without the old keys.

``CIPHERTEXTS`` names every place that holds ciphertext, other libraries' columns too, so that none is forgotten.
"""

import json
import logging
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import tink
from tink import aead, secret_key_access

from apps.vault import actions, key_check, keys
from apps.vault.models import KeyCheck, Secret

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Ciphertexts:
    """A place that holds ciphertext. ``rows`` lists them; ``rotate(key)`` encrypts one anew unless somebody just
    changed it; ``open(key)`` raises where it does not open; ``read_all`` gives all of them as bytes."""

    name: str
    rows: Callable[[], list]
    rotate: Callable[[object], None]
    open: Callable[[object], None]
    read_all: Callable[[], list[bytes]]


def with_new_primary(keyset: str) -> str:
    """``keyset`` with one more key, which closes from now on; one line of JSON."""
    fresh = json.loads(actions.new_keyset())
    current = json.loads(keyset)
    current["key"].append(fresh["key"][0])
    current["primaryKeyId"] = fresh["primaryKeyId"]
    tink.json_proto_keyset_format.parse(json.dumps(current), secret_key_access.TOKEN).primitive(aead.Aead)
    return json.dumps(current, separators=(",", ":"))


def only_primary(keyset: str) -> str:
    """``keyset`` with its primary key alone. What an older key closed no longer opens: see ``left_behind``."""
    current = json.loads(keyset)
    current["key"] = [key for key in current["key"] if key["keyId"] == current["primaryKeyId"]]
    return json.dumps(current, separators=(",", ":"))


def rotate() -> dict[str, int]:
    """Close everything with the primary key of VAULT_KEYSET; how many rows, by place. Safe to run twice and beside
    readers and writers: a row changed meanwhile was closed with the new key by whoever changed it, and one that was
    destroyed is gone. A row that cannot be opened is logged and keeps no other waiting: ``left_behind`` counts it."""
    rotated = {}
    for place in CIPHERTEXTS:
        rotated[place.name] = 0
        for key in place.rows():
            try:
                place.rotate(key)
            except Exception as error:
                logger.error("%s: %s could not be encrypted anew: %s", place.name, key, type(error).__name__)
            else:
                rotated[place.name] += 1
    return rotated


def left_behind() -> dict[str, int]:
    """How many ciphertexts are not closed with the primary key, by place: tink writes the key's number in front."""
    prefix = b"\x01" + keys.primary_key_id().to_bytes(4, "big")
    return {place.name: sum(not text.startswith(prefix) for text in place.read_all()) for place in CIPHERTEXTS}


def unopened() -> dict[str, list[object]]:
    """The keys of the rows that do not open with the keys in use, by place: closed with others, or tampered with. Nothing is
    shown, kept or written. A row that was destroyed meanwhile is none."""
    unopened_rows: dict[str, list[object]] = {}
    for place in CIPHERTEXTS:
        unopened_rows[place.name] = []
        for key in place.rows():
            try:
                place.open(key)
            except Exception:  # A ciphertext of any kind, or keys of any kind.
                unopened_rows[place.name].append(key)
    return unopened_rows


def _open_secret(pk: object) -> None:
    if secret := Secret.objects.filter(pk=pk).first():
        actions.unseal(secret)


def _rotate_secret(pk: object) -> None:
    secret = Secret.objects.filter(pk=pk).first()
    if secret is None:
        return  # Destroyed meanwhile.
    before = bytes(secret.ciphertext)
    after = actions.reseal(secret)
    # Only what was read is replaced; a row that changed in between is already closed with the new key.
    Secret.objects.filter(pk=pk, ciphertext=before).update(ciphertext=after)


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
        row = Authenticator.objects.select_for_update(no_key=True).filter(pk=pk).first()
        if row is None:
            return  # Its owner removed it meanwhile.
        plaintext = actions.decrypt_text(row.data[name], purpose=PURPOSE)
        row.data[name] = actions.encrypt_text(plaintext, purpose=PURPOSE)
        row.save(update_fields=["data"])


def _open_second_factor(key: object) -> None:
    from allauth.mfa.models import Authenticator

    from apps.vault.second_factor import PURPOSE

    pk, name = cast(tuple[int, str], key)
    if row := Authenticator.objects.filter(pk=pk).first():
        actions.decrypt_text(row.data[name], purpose=PURPOSE)


def _rotate_key_check(pk: object) -> None:
    check = KeyCheck.objects.get(pk=pk)
    before = bytes(check.ciphertext)
    KeyCheck.objects.filter(pk=pk, ciphertext=before).update(ciphertext=key_check.close_anew())


CIPHERTEXTS = (
    Ciphertexts(
        "secrets",
        lambda: list(Secret.objects.values_list("pk", flat=True)),
        _rotate_secret,
        _open_secret,
        lambda: [bytes(text) for text in Secret.objects.values_list("ciphertext", flat=True)],
    ),
    Ciphertexts(
        "second factors",
        lambda: [(pk, name) for pk, name, _text in _second_factors()],
        _rotate_second_factor,
        _open_second_factor,
        lambda: [b64decode(text) for _pk, _name, text in _second_factors()],
    ),
    # The last one: while it is of the older key, processes that have only that one go on.
    Ciphertexts(
        "key check",
        lambda: list(KeyCheck.objects.values_list("pk", flat=True)),
        _rotate_key_check,
        lambda _pk: key_check.require_open(),
        lambda: [bytes(text) for text in KeyCheck.objects.values_list("ciphertext", flat=True)],
    ),
)
