"""Secrets are bound to their row and field, and to nothing that can be read."""

import pytest
import tink

from apps.vault import actions
from apps.vault.key_check import VaultClosed
from apps.vault.models import Secret

pytestmark = pytest.mark.django_db


def test_a_sealed_value_opens_again():
    secret = actions.seal("s3nh@-çom-acento", field="password")
    assert actions.unseal(Secret.objects.get(pk=secret.pk)) == "s3nh@-çom-acento"


def test_the_row_holds_no_plaintext():
    secret = Secret.objects.get(pk=actions.seal("canario-1234567890", field="password").pk)
    assert b"canario" not in bytes(secret.ciphertext)
    assert "canario" not in f"{secret} {secret!r}"


def test_a_ciphertext_moved_to_another_row_does_not_open():
    one, other = actions.seal("um", field="password"), actions.seal("outro", field="password")
    other.ciphertext = one.ciphertext
    with pytest.raises(tink.TinkError):
        actions.unseal(other)


def test_a_ciphertext_moved_to_another_field_does_not_open():
    secret = actions.seal("um", field="password")
    secret.field = "account"
    with pytest.raises(tink.TinkError):
        actions.unseal(secret)


def test_a_flipped_byte_does_not_open():
    secret = actions.seal("um", field="password")
    flipped = bytearray(secret.ciphertext)
    flipped[-1] ^= 1
    secret.ciphertext = bytes(flipped)
    with pytest.raises(tink.TinkError):
        actions.unseal(secret)


def test_a_new_keyset_is_usable_and_never_the_same(settings):
    first, second = actions.new_keyset(), actions.new_keyset()
    assert first != second
    settings.VAULT_KEYSET = first
    assert actions.unseal(actions.seal("x", field="f")) == "x"


def test_another_keyset_does_not_open_it(settings):
    secret = actions.seal("x", field="f")
    settings.VAULT_KEYSET = actions.new_keyset()
    with pytest.raises(VaultClosed):
        actions.unseal(secret)
