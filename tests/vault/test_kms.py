"""A keyset that only a KMS opens."""

import base64
import json

import pytest
import tink
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from tink import aead, secret_key_access
from tink.testing import fake_kms

from apps.vault import actions, keys, rotation
from apps.vault.key_check import VaultClosed
from apps.vault.models import Secret
from tests.ops.test_configuration import manage


def a_key() -> str:
    """The address of a new key of tink's fake KMS, which carries the key itself."""
    key = tink.proto_keyset_format.serialize(
        tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM), secret_key_access.TOKEN
    )
    return "fake-kms://" + base64.urlsafe_b64encode(key).decode().rstrip("=")


@pytest.fixture
def asked(monkeypatch, settings):
    """Addresses asked of the fake KMS, in order; the keyset in use is closed by one of its keys."""
    found = []

    def opener(uri):
        found.append(uri)
        return fake_kms.FakeKmsClient(uri).get_aead(uri)

    monkeypatch.setitem(keys.OPENERS, "fake-kms", opener)
    uri = a_key()
    settings.VAULT_KEYSET = keys.closed(keys.fresh(), uri)
    settings.VAULT_KMS_URI = uri
    found.clear()
    return found


@pytest.mark.django_db
def test_the_keyset_is_opened_once_and_holds_no_key_in_clear(asked, settings):
    assert set(json.loads(settings.VAULT_KEYSET)) == {"encryptedKeyset", "keysetInfo"}
    first, second = actions.seal("um", field="f"), actions.seal("dois", field="f")
    assert (actions.unseal(first), actions.unseal(second)) == ("um", "dois")
    assert asked == [settings.VAULT_KMS_URI]


@pytest.mark.django_db
def test_rotation_goes_on_behind_the_kms(asked, settings, capsys):
    secret = actions.seal("segredo", field="f")
    for argument in ("--from-current", "--only-primary"):
        call_command("new_keyset", argument)
        settings.VAULT_KEYSET = capsys.readouterr().out.strip()
        assert "encryptedKeyset" in settings.VAULT_KEYSET
        call_command("rotate_vault")
        capsys.readouterr()
    assert rotation.left_behind()["secrets"] == 0
    assert len(json.loads(keys.in_clear())["key"]) == 1
    assert actions.unseal(Secret.objects.get(pk=secret.pk)) == "segredo"


@pytest.mark.django_db
def test_a_clear_keyset_moves_behind_a_kms(asked, settings, capsys):
    settings.VAULT_KEYSET, settings.VAULT_KMS_URI = keys.fresh(), ""
    secret = actions.seal("segredo", field="f")
    uri = a_key()
    call_command("new_keyset", "--wrap", uri)
    settings.VAULT_KEYSET, settings.VAULT_KMS_URI = capsys.readouterr().out.strip(), uri
    assert actions.unseal(secret) == "segredo"


@pytest.mark.django_db
def test_another_key_of_the_kms_does_not_open_it(asked, settings):
    settings.VAULT_KMS_URI = a_key()
    with pytest.raises(VaultClosed):
        actions.seal("x", field="f")


def test_an_unknown_address_and_a_missing_library_say_what_to_do(monkeypatch):
    with pytest.raises(ImproperlyConfigured, match="aws-kms://"):
        keys.kms("http://x")

    def missing(uri):
        raise ImportError

    monkeypatch.setitem(keys.OPENERS, "gcp-kms", missing)
    with pytest.raises(ImproperlyConfigured, match=r"tink\[gcpkms\]"):
        keys.kms("gcp-kms://projects/x")


def test_amazons_client_is_there():
    assert keys.kms("aws-kms://arn:aws:kms:sa-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab")


def test_a_clear_keyset_beside_a_kms_and_a_closed_one_without_it_stop_the_start(monkeypatch):
    done = manage("check", SECRET_KEY="x" * 60, VAULT_KEYSET=keys.fresh(), VAULT_KMS_URI="aws-kms://x")
    assert "is in clear although" in done.stderr
    done = manage("check", SECRET_KEY="x" * 60, VAULT_KEYSET='{"encryptedKeyset":"x","keysetInfo":{}}')
    assert "set VAULT_KMS_URI" in done.stderr
