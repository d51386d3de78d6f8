"""A new key closes everything anew, provably, and the old one can go."""

from base64 import b64decode

import pytest
import tink
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from apps.vault import actions, rotation
from apps.vault.models import Secret
from apps.vault.second_factor import PURPOSE
from tests.companies.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def seed():
    data = {"secret": actions.encrypt_text("SEMENTE", purpose=PURPOSE)}
    return Authenticator.objects.create(user=UserFactory(), type="totp", data=data)


@pytest.fixture
def secret():
    return actions.seal("segredo", field="token")


@pytest.fixture
def rolled(settings, secret, seed):
    """After step 2: every process has the new primary key, and the old rows are as they were."""
    settings.VAULT_KEYSET = rotation.with_new_primary(settings.VAULT_KEYSET)


def test_what_was_closed_with_the_old_key_still_opens(rolled, secret):
    assert actions.unseal(Secret.objects.get(pk=secret.pk)) == "segredo"
    assert rotation.left_behind() == {"secrets": 1, "second factors": 1, "key check": 1}


def test_rotating_leaves_nothing_behind_and_the_old_key_can_go(rolled, secret, seed, settings, capsys):
    call_command("rotate_vault")
    assert rotation.left_behind() == {"secrets": 0, "second factors": 0, "key check": 0}
    settings.VAULT_KEYSET = rotation.only_primary(settings.VAULT_KEYSET)
    assert actions.unseal(Secret.objects.get(pk=secret.pk)) == "segredo"
    seed.refresh_from_db()
    assert actions.decrypt_text(seed.data["secret"], purpose=PURPOSE) == "SEMENTE"
    call_command("rotate_vault")  # Twice does no harm.


def test_the_binding_to_row_and_field_survives(rolled, secret):
    rotation.rotate()
    moved = Secret.objects.get(pk=secret.pk)
    moved.field = "account"
    with pytest.raises(tink.TinkError):
        actions.unseal(moved)


def test_a_row_changed_meanwhile_keeps_the_change(rolled, secret, monkeypatch):
    reseal = actions.reseal
    newer = actions.seal("mais novo", field="token").ciphertext

    def meanwhile(row):
        closed = reseal(row)
        Secret.objects.filter(pk=row.pk).update(ciphertext=newer)
        return closed

    monkeypatch.setattr(actions, "reseal", meanwhile)
    rotation._rotate_secret(secret.pk)
    assert bytes(Secret.objects.get(pk=secret.pk).ciphertext) == newer


def test_the_command_says_so_when_something_is_left(rolled, monkeypatch):
    monkeypatch.setattr(rotation, "rotate", dict)
    with pytest.raises(CommandError, match="older key"):
        call_command("rotate_vault")
    with pytest.raises(CommandError, match="rotate_vault first"):
        call_command("new_keyset", "--only-primary")


def test_the_commands_print_keysets_that_work(settings, secret, capsys):
    call_command("new_keyset", "--from-current")
    settings.VAULT_KEYSET = capsys.readouterr().out.strip()
    assert actions.unseal(secret) == "segredo"
    call_command("rotate_vault")
    capsys.readouterr()
    call_command("new_keyset", "--only-primary")
    settings.VAULT_KEYSET = capsys.readouterr().out.strip()
    assert actions.unseal(Secret.objects.get(pk=secret.pk)) == "segredo"


def test_tinks_prefix_is_what_the_proof_reads():
    assert b64decode(actions.encrypt_text("x", purpose="y")).startswith(b"\x01")


def test_a_row_that_cannot_be_opened_keeps_no_other_from_the_new_key_and_is_named(rolled, secret, caplog):
    Secret.objects.filter(pk=secret.pk).update(ciphertext=b"\x01" + bytes(40))
    with pytest.raises(CommandError, match="Still closed with an older key"):
        call_command("rotate_vault")
    assert rotation.left_behind() == {"secrets": 1, "second factors": 0, "key check": 0}
    assert str(secret.pk) in caplog.text
