"""Configuration: safe by default, documented, and the same table in code and docs."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage.handler import StorageHandler
from django.core.management import call_command

from apps.core.management.commands import ensure_static
from apps.seals import certificates
from apps.vault.actions import new_keyset
from presence_rollout import environment
from presence_rollout.ops.check import PRODUCTION

ROOT = Path(__file__).resolve().parents[2]


def manage(*arguments, **env):
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env={**clean, **env}, capture_output=True, text=True, check=False)


def test_without_debug_it_refuses_to_start_with_no_secret():
    done = manage("check")
    assert done.returncode != 0
    assert "Set SECRET_KEY" in done.stderr


def test_without_debug_the_public_keyset_is_refused():
    from django.conf import settings

    done = manage("check", SECRET_KEY="x" * 60, VAULT_KEYSET=settings.DEVELOPMENT_VAULT_KEYSET)
    assert done.returncode != 0
    assert "Set VAULT_KEYSET" in done.stderr


def test_the_vault_s_keys_are_made_before_anything_is_configured(tmp_path):
    done = manage("new_keyset", VAR_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["key"]


def test_what_reads_the_keys_in_use_still_asks_for_them(tmp_path):
    done = manage("new_keyset", "--from-current", VAR_DIR=str(tmp_path))
    assert done.returncode != 0
    assert "Set SECRET_KEY" in done.stderr


def test_static_files_are_read_by_others_than_who_collected_them_and_sent_ones_are_not(settings, tmp_path):
    """An image is built by root and served by somebody else."""
    settings.STATIC_ROOT, settings.MEDIA_ROOT = tmp_path / "static", tmp_path / "files"
    modes = {}
    for alias in ("staticfiles", "default"):
        storage = StorageHandler(settings.STORAGES)[alias]
        modes[alias] = oct(Path(storage.path(storage.save(f"{alias}.txt", ContentFile(b"a")))).stat().st_mode & 0o777)
    assert modes == {"staticfiles": "0o644", "default": "0o600"}


def test_every_static_file_can_be_collected_under_a_name_with_its_hash(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("ensure_static", verbosity=0)
    assert "css/app.css" in json.loads((tmp_path / "staticfiles.json").read_text())["paths"]


def test_static_files_that_the_image_brought_are_not_collected_again(settings, tmp_path, monkeypatch):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }
    call_command("ensure_static", verbosity=0)
    collected = []
    monkeypatch.setattr(ensure_static, "call_command", lambda name, **options: collected.append(name))
    call_command("ensure_static", verbosity=0)
    assert collected == []
    (tmp_path / "css/app.css").write_text("/* of the version before */")
    call_command("ensure_static", verbosity=0)
    assert collected == ["collectstatic"]


def test_the_deployment_check_is_clean(tmp_path):
    certificates.make(tmp_path / "seal.p12")
    settings = {**PRODUCTION, "VAULT_KEYSET": new_keyset(), "TERM_SEAL_FILE": str(tmp_path / "seal.p12")}
    done = manage("check", "--deploy", "--fail-level", "WARNING", **settings)
    assert done.returncode == 0, done.stderr


def test_the_deployment_check_warns_when_nothing_seals_the_terms():
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION, VAULT_KEYSET=new_keyset())
    assert done.returncode != 0
    assert "No certificate seals terms, dossiers and the heads of the timelines" in done.stderr


READERS = {"text", "flag", "number", "words"}


def variables(path: Path) -> set[str]:
    """The variables that a module asks ``presence_rollout.environment`` for, or, being that module, reads itself."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case (
                ast.Call(func=ast.Attribute(value=ast.Name(id="env" | "environment"), attr=reader), args=[name, *_rest])
                | ast.Call(func=ast.Name(id=reader), args=[name, *_rest])
            ) if reader in READERS and isinstance(name, ast.Constant):
                names.add(name.value)
    return names


def test_every_variable_is_in_the_table_and_nothing_else():
    read = set().union(*(variables(path) for path in (ROOT / "presence_rollout").glob("*.py")))
    documented = re.findall(r"^\| `(\w+)`", (ROOT / "docs/configuration.md").read_text(), re.MULTILINE)
    assert {"PORT", "S3_BUCKET", "S3_PATH_STYLE"} <= read  # In an f-string, with a digit, and in the module that reads.
    assert sorted(documented) == sorted(read)


def test_only_the_settings_read_the_environment():
    """Whatever else asked for a variable would do so behind the table's back."""
    others = [*(ROOT / "apps").rglob("*.py"), *(ROOT / "presence_rollout").glob("*.py")]
    asking = {
        path.relative_to(ROOT)
        for path in others
        if re.search(r"\bos\.environ\b|\bgetenv\b|\bimport environ\b", path.read_text())
    }
    # The last two say which settings are Django's.
    assert {str(path) for path in asking} == {
        "presence_rollout/environment.py",
        "presence_rollout/celery.py",
        "presence_rollout/wsgi.py",
    }


@pytest.mark.parametrize("url", ["mysql://x/y", "http://x"])
def test_an_unknown_database_is_refused(url, tmp_path):
    with pytest.raises(ImproperlyConfigured):
        environment.database(url, tmp_path)


def test_postgresql_may_be_on_a_socket(tmp_path):
    found = environment.database("postgresql://u:p%40ss@/name?host=/var/run/pg", tmp_path)
    assert (found["HOST"], found["PASSWORD"], found["NAME"]) == ("/var/run/pg", "p@ss", "name")


def test_a_pool_s_session_keeps_nothing_from_one_transaction_to_the_next(tmp_path):
    entry = environment.database("postgresql://u@h/name", tmp_path, pooled=True)
    assert entry["DISABLE_SERVER_SIDE_CURSORS"]
    assert entry["OPTIONS"]["prepare_threshold"] is None
    assert not environment.database("postgresql://u@h/name", tmp_path)["DISABLE_SERVER_SIDE_CURSORS"]


def test_a_database_that_vanished_is_noticed_within_a_minute_unless_the_address_says_otherwise(tmp_path):
    options = environment.database("postgresql://u@h/name?keepalives_idle=5&sslmode=require", tmp_path)["OPTIONS"]
    assert (options["keepalives_idle"], options["sslmode"]) == ("5", "require")
    options = environment.database("postgresql://u@h/name", tmp_path)["OPTIONS"]
    assert options["keepalives_idle"] + options["keepalives_interval"] * options["keepalives_count"] <= 60


@pytest.mark.parametrize("raw", ["maybe", "2"])
def test_a_flag_is_on_or_off(monkeypatch, raw):
    monkeypatch.setenv("A_FLAG", raw)
    with pytest.raises(ImproperlyConfigured):
        environment.flag("A_FLAG")


@pytest.mark.parametrize(("value", "least"), [("-1", 0), ("0", 1)])
def test_a_retention_that_would_drop_what_is_in_use_stops_the_start(monkeypatch, value, least):
    monkeypatch.setenv("RETAIN_INVITATIONS_DAYS", value)
    with pytest.raises(ImproperlyConfigured, match=f"must be {least} or more"):
        environment.number("RETAIN_INVITATIONS_DAYS", 180, least=least)


def test_a_key_for_backups_is_made_before_anything_is_configured():
    done = manage("new_backup_key")
    assert done.returncode == 0, done.stderr
    assert re.search(r"^AGE-SECRET-KEY-\w+$", done.stdout, re.MULTILINE)
