"""Other keys than those of the data close nothing and are said; see also ``test_rotation``."""

import pytest
import tink
from django.core.management import CommandError, call_command
from django.db import IntegrityError, OperationalError, transaction
from django.test import override_settings
from django.urls import reverse

from apps.vault import actions, key_check, keys, rotation
from apps.vault.models import KeyCheck, Secret
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def other_keys():
    """Within it the process has keys of its own."""
    return override_settings(VAULT_KEYSET=keys.fresh())


def test_the_first_that_closes_something_leaves_a_text_that_the_next_process_opens(
    django_assert_num_queries, monkeypatch
):
    actions.seal("um", field="f")
    assert KeyCheck.objects.count() == 1
    with django_assert_num_queries(1):
        actions.seal("dois", field="f")  # The same process asks no more.
    monkeypatch.setattr(key_check, "_keysets_that_open", set())
    actions.seal("três", field="f")
    assert KeyCheck.objects.count() == 1


@pytest.mark.parametrize(
    "use",
    [
        lambda secret: actions.seal("outro", field="f"),
        lambda secret: actions.encrypt_text("outro", purpose="p"),
        actions.unseal,
        lambda secret: actions.unseal_for(secret, "lá"),
        actions.reseal,
    ],
)
def test_with_other_keys_the_vault_is_closed_and_nothing_is_written(other_keys, use):
    secret = actions.seal("um", field="f", destination="lá")
    with other_keys, pytest.raises(key_check.VaultClosed) as refused:
        use(secret)
    assert refused.value.status == 503
    assert Secret.objects.count() == 1
    assert actions.unseal(secret) == "um"


def test_an_installation_of_before_knows_its_keys_by_what_they_closed(other_keys, monkeypatch):
    secret = actions.seal("um", field="f")
    KeyCheck.objects.all().delete()
    monkeypatch.setattr(key_check, "_keysets_that_open", set())
    with other_keys, pytest.raises(key_check.VaultClosed):
        actions.seal("dois", field="f")
    assert not KeyCheck.objects.exists()
    Secret.objects.create(field="f", ciphertext=bytes(secret.ciphertext))  # Moved to another row: it opens nowhere.
    actions.seal("três", field="f")
    assert KeyCheck.objects.count() == 1


def test_what_was_tampered_with_is_no_matter_of_the_keys():
    secret = actions.seal("um", field="f")
    secret.field = "g"
    with pytest.raises(tink.TinkError):
        actions.unseal(secret)


def test_a_keyset_that_cannot_be_read_closes_the_vault_too(settings):
    settings.VAULT_KEYSET = '{"key": []}'
    with pytest.raises(key_check.VaultClosed):
        actions.seal("um", field="f")
    assert key_check.problem().startswith(key_check.NO_KEYS)


def test_a_new_primary_key_goes_on_and_without_rotation_its_old_ones_cannot_be_dropped(settings):
    actions.seal("um", field="f")
    with_both = rotation.with_new_primary(settings.VAULT_KEYSET)
    settings.VAULT_KEYSET = rotation.only_primary(with_both)
    assert key_check.problem() == key_check.OTHER_KEYS
    settings.VAULT_KEYSET = with_both
    call_command("rotate_vault")
    settings.VAULT_KEYSET = rotation.only_primary(with_both)
    assert key_check.problem() == ""
    actions.seal("dois", field="f")


def test_there_is_one_check():
    actions.seal("um", field="f")
    with pytest.raises(IntegrityError), transaction.atomic():
        KeyCheck.objects.create(pk=2, ciphertext=b"x")


class TestAtStart:
    def test_the_keys_of_the_data_start(self):
        actions.seal("um", field="f")
        assert key_check.at_start(None, databases=["default"]) == []

    def test_other_keys_do_not_start(self, other_keys):
        actions.seal("um", field="f")
        with other_keys:
            (message,) = key_check.at_start(None, databases=["default"])
        assert message.is_serious()
        assert message.msg == key_check.OTHER_KEYS
        assert "docs/vault.md" in message.hint

    def test_a_command_without_a_database_asks_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            assert key_check.at_start(None, databases=None) == []


def test_who_delivers_a_credential_meanwhile_reads_why_and_loses_nothing(other_keys, client_for):
    item = PrerequisiteFactory(credential=True)
    actions.seal("um", field="f")
    browser = client_for(item.rollout.people["client"])
    with other_keys:
        address = reverse("prerequisites:submit", args=[item.rollout_id, item.pk])
        answer = browser.post(address, {"value_account": "loja-um", "value_token": "um-segredo"})
    page = answer.content.decode()
    assert answer.status_code == 503
    assert "O cofre está fechado" in page
    assert "loja-um" in page
    assert "um-segredo" not in page
    assert not item.submissions.exists()


class TestVerifying:
    def test_everything_that_opens_is_counted_and_nothing_of_it_shown(self, capsys):
        actions.seal("um-segredo", field="f")
        call_command("verify_vault")
        assert "2 ciphertexts open with VAULT_KEYSET" in capsys.readouterr().out

    def test_one_that_does_not_open_is_named(self, capsys):
        actions.seal("um", field="f")
        secret = actions.seal("dois", field="f")
        Secret.objects.filter(pk=secret.pk).update(field="g")
        with pytest.raises(CommandError, match="1 of 3 ciphertexts"):
            call_command("verify_vault")
        assert f"secrets: {secret.pk} does not open" in capsys.readouterr().err

    def test_other_keys_are_said_before_anything_is_tried(self, other_keys):
        actions.seal("um", field="f")
        with other_keys, pytest.raises(CommandError, match="not those that this database was closed with"):
            call_command("verify_vault")


@pytest.fixture
def log_at_start(monkeypatch):
    monkeypatch.setattr(key_check.connection, "close", lambda: None)  # The test's own transaction goes on.
    return key_check.log_at_start


class TestStartOfAProcess:
    def test_other_keys_are_in_its_log_with_what_to_do(self, other_keys, log_at_start, caplog):
        actions.seal("um", field="f")
        log_at_start()
        assert caplog.text == ""
        with other_keys:
            log_at_start()
        assert key_check.OTHER_KEYS in caplog.text
        assert "docs/vault.md" in caplog.text

    def test_without_a_database_it_starts(self, log_at_start, caplog, monkeypatch):
        monkeypatch.setattr(key_check, "problem", lambda: (_ for _ in ()).throw(OperationalError("away")))
        log_at_start()
        assert "could not be tried" in caplog.text


def test_a_kms_that_cannot_be_asked_closes_the_vault_and_is_no_bare_500(settings):
    settings.VAULT_KMS_URI = "http://kms.example.com"
    with pytest.raises(key_check.VaultClosed):
        actions.seal("um", field="f")
    (message,) = key_check.at_start(None, databases=["default"])
    assert "must start with one of aws-kms://" in message.msg
