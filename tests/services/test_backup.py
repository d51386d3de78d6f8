"""A backup of a real database, the way back into an empty one, and the rehearsal in a process of its own."""

import json

import psycopg
import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import sql

from apps.backups import encryption, making, proving, rehearsal
from apps.core.models import Installation
from apps.files import actions, identity
from apps.rollouts.models import Rollout
from apps.seals.outcomes import Outcome
from apps.vault import actions as vault
from apps.vault.models import Secret
from tests.files.factories import PreviewFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def scene():
    """A project, files with and without a hash in their row, and a secret."""
    identity.claim()
    RolloutFactory()
    call_command("verify_requirements", "--mend")
    stored = actions.store_bytes(b"%PDF-1.7 termo", "termo.pdf")
    PreviewFactory(file=stored)
    vault.seal("um-segredo", field="token")
    return stored


@pytest.fixture
def empty_database():
    """``DATABASE`` and the store are empty ones within it; the tests' own come back behind it."""
    name, own_name = f"{connection.settings_dict['NAME']}_restored", connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
        cursor.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))

    def enter(database: str) -> None:
        connection.close()
        connection.settings_dict["NAME"] = database

    yield lambda: enter(name)
    enter(own_name)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def rows() -> dict[str, str]:
    """The hash of each table's rows."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return {table: _hash(cursor, table) for table in tables}


def _hash(cursor, table: str) -> str:
    statement = sql.SQL("SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t")
    cursor.execute(statement.format(sql.Identifier(table)))
    return cursor.fetchone()[0]


def files(folder: str = "") -> dict[str, bytes]:
    folders, names = default_storage.listdir(folder)
    content = {f"{folder}{name}": default_storage.open(f"{folder}{name}").read() for name in names}
    for name in folders:
        content |= files(f"{folder}{name}/")
    return content


def test_what_was_wiped_comes_back_equal_by_hash_and_is_proved(
    scene, empty_database, settings, tmp_path, presences_seal, capsys
):
    identity_line, recipient = encryption.new_key()
    key = tmp_path / "key"
    key.write_text(identity_line)
    target = str(tmp_path / "target")
    rows_before = rows()  # A backup is of the moment before it is noted as the last one.
    call_command("backup", target, "--recipient", recipient)
    with pytest.raises(CommandError, match="holds tables"):
        call_command("restore", target, "--identity", str(key))
    files_before = files()
    assert Rollout.objects.count() == 1
    empty_database()
    settings.MEDIA_ROOT = tmp_path / "restored"
    capsys.readouterr()
    call_command("restore", target, "--identity", str(key), "--without-proofs", "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["migrated"]) == ("WHOLE", False)
    assert rows() == rows_before
    assert files() == files_before
    proofs = proving.prove()
    assert {proof.outcome for proof in proofs} == {Outcome.WHOLE}, proofs
    assert vault.unseal(Secret.objects.get()) == "um-segredo"


def test_a_rehearsal_names_what_is_damaged_and_leaves_nothing_behind(scene, settings, tmp_path, capsys):
    target = tmp_path / "target"
    call_command("backup", str(target))
    (damaged_object,) = target.glob(f"objects/*/{scene.sha256}")
    damaged_object.write_bytes(b"%PDF-1.7 TERMO")
    capsys.readouterr()
    with pytest.raises(CommandError, match="BROKEN") as damaged:
        call_command("backup", str(target), "--verify", "--unvouched", "--json")
    assert damaged.value.returncode == 4
    answer = json.loads(capsys.readouterr().out)
    name = damaged_object.relative_to(target).as_posix()
    assert answer["damaged_objects"] == {name: "is not what its name says"}
    assert (answer["restored"]["files"], list(answer["restored"]["damaged"])) == (1, [scene.content.name])
    outcomes = {proof["name"]: proof["outcome"] for proof in answer["restored"]["proofs"]}
    assert outcomes == dict.fromkeys(outcomes, "WHOLE") | {"verify_files": "BROKEN"}
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as server:
        statement = "SELECT count(*) FROM pg_database WHERE datname LIKE %s"
        assert server.execute(statement, [f"{rehearsal.PREFIX}%"]).fetchone() == (0,)
    assert (target / rehearsal.DAMAGED / name).exists()


def test_a_backup_is_made_while_others_write_and_is_of_one_moment(scene, tmp_path):
    """The dump waits for no row lock, and holds none that others wait for."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pk FROM (SELECT id AS pk FROM rollouts_rollout FOR UPDATE) t")
        other.execute("UPDATE core_installation SET identity = identity")
        call_command("backup", str(tmp_path / "target"))
    assert Installation.objects.count() == 1
    with making.alone(), psycopg.connect(**connection.get_connection_params()) as other:
        key = "SELECT pg_try_advisory_lock(%s)"
        assert other.execute(key, [making.locks.key_of(making.LOCK)]).fetchone()[0] is False
