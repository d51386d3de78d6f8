"""The way back, and what does not take it: damaged, hostile, of nobody, or into a place that is in use."""

import json
import os
from dataclasses import asdict, replace
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from apps.backups import database, manifest, proving, restoring
from apps.backups.errors import BackupError, Damaged, Unvouched
from apps.backups.manifest import Contents, File
from apps.backups.objects import ObjectStore
from apps.core import canonical
from apps.files import identity
from apps.files.models import StoredFile
from apps.files.verification import missing_names
from apps.seals import certificates, trust
from tests.backups.conftest import DUMP

pytestmark = pytest.mark.django_db


class Elsewhere:
    """Another store, and a database that counts as empty and takes any dump: what it took are ``dumps``."""

    def __init__(self, settings, folder) -> None:
        self._settings, self._folder, self.dumps = settings, folder, []

    def begin(self) -> None:
        self._settings.MEDIA_ROOT = self._folder

    def restore(self, target, *options) -> None:
        self.begin()
        restore(target, *options)

    @property
    def is_untouched(self) -> bool:
        return not self.dumps and not self._folder.exists()


@pytest.fixture
def elsewhere(monkeypatch, settings, tmp_path):
    place = Elsewhere(settings, tmp_path / "restored")
    monkeypatch.setattr(database, "is_empty", lambda: True)
    monkeypatch.setattr(database, "restore", lambda dump: place.dumps.append(dump.read()))
    monkeypatch.setattr(proving, "COMMANDS", ("verify_files",))
    return place


def restore(target, *options):
    call_command("restore", str(target.path), *options)


def object_of(target, stored) -> str:
    contents = manifest.contents_of(manifest.chosen(target), ObjectStore(target))
    return next(file.object for file in contents.files if file.name == stored.content.name)


def rewrite(target, **changes) -> None:
    """The newest backup with another list of files, sealed anew: whoever has the seal can write anything."""
    chosen = manifest.chosen(target)
    store = ObjectStore(target)
    data = asdict(manifest.contents_of(chosen, store)) | changes
    kept = store.put(BytesIO(canonical.dumps(data)))
    chosen = replace(chosen, contents=kept.object, contents_size=kept.size, contents_sha256=kept.sha256, signature=b"")
    target.write(f"{manifest.FOLDER}{chosen.id}.json", manifest.signed(chosen).to_bytes())


def test_files_come_back_equal_and_the_store_is_this_databases(make, target, files, elsewhere, capsys):
    before = {stored.content.name: stored.read() for stored in files}
    make()
    elsewhere.restore(target)
    assert {name: default_storage.open(name).read() for name in before} == before
    assert elsewhere.dumps == [DUMP]
    assert identity.is_of_this_database()
    assert not default_storage.exists(restoring.RESTORING)
    assert "verify_files: 2 files are as their rows say." in capsys.readouterr().out


def test_what_was_deleted_while_the_backup_was_made_is_named_and_is_no_loss(make, target, files, elsewhere, capsys):
    upload, name = files[0], files[0].content.name

    def delete(text):
        if "files are looked at" in text:
            StoredFile.objects.filter(pk=upload.pk).delete()
            default_storage.delete(name)

    make(progress=delete)
    upload.save(force_insert=True)  # As the dump has it.
    elsewhere.restore(target, "--json")
    answer = json.loads(capsys.readouterr().out)
    assert (answer["outcome"], answer["missing"], answer["deleted_meanwhile"]) == ("WHOLE", {}, [name])
    assert any(name in line for line in answer["lines"])


def test_a_list_of_an_earlier_version_says_nothing_of_what_was_deleted_meanwhile(make, target, files):
    make()
    data = asdict(manifest.contents_of(manifest.chosen(target), ObjectStore(target)))
    del data["deleted_meanwhile"]
    assert Contents.from_bytes(canonical.dumps(data)).deleted_meanwhile == ()
    assert b"lacking" not in manifest.chosen(target).to_bytes()


def test_an_encrypted_one_comes_back_with_its_key_alone(make, target, files, elsewhere, key, tmp_path, capsys):
    recipient, key_file = key
    make(recipients=[recipient])
    with pytest.raises(CommandError, match="--identity FILE") as without:
        elsewhere.restore(target)
    assert without.value.returncode == 1
    other_file = tmp_path / "other.txt"
    call_command("new_backup_key", stdout=(printed := other_file.open("w")))
    printed.close()
    with pytest.raises(CommandError, match="not one that this backup was encrypted to"):
        elsewhere.restore(target, "--identity", str(other_file))
    assert elsewhere.is_untouched
    elsewhere.restore(target, "--identity", str(key_file))
    assert missing_names() == []


class TestPlaceInUse:
    def test_a_database_with_tables_is_left_alone(self, make, target, files):
        make()
        with pytest.raises(CommandError, match="holds tables") as refused:
            restore(target)
        assert refused.value.returncode == 1

    def test_a_store_with_files_is_left_alone(self, make, target, files, elsewhere, settings):
        make()
        elsewhere.begin()
        default_storage.save("ab/something", ContentFile(b"x"))
        with pytest.raises(CommandError, match="not empty"):
            elsewhere.restore(target)
        assert elsewhere.dumps == []

    def test_root_brings_nothing_into_a_folder_of_the_service_s_user(
        self, make, target, files, elsewhere, settings, tmp_path, monkeypatch
    ):
        make()
        settings.VAR_DIR = tmp_path / "of-the-service"
        settings.VAR_DIR.mkdir()
        if os.geteuid() == 0:
            os.chown(settings.VAR_DIR, 65534, -1)
        monkeypatch.setattr("os.geteuid", lambda: 0)
        with pytest.raises(CommandError, match="sudo rollout restore"):
            elsewhere.restore(target)
        assert elsewhere.is_untouched

    def test_what_a_health_check_that_was_killed_left_in_the_store_does_not_count(
        self, make, target, files, elsewhere, settings
    ):
        make()
        elsewhere.begin()
        default_storage.save(f"health-{uuid4()}", ContentFile(b"health"))
        elsewhere.restore(target)
        assert elsewhere.dumps == [DUMP]

    def test_a_backup_of_a_newer_version_is_refused(self, make, target, files, elsewhere):
        make()
        chosen = manifest.chosen(target)
        newer = replace(chosen, migrations={**chosen.migrations, "files": "9999_of_tomorrow"}, signature=b"")
        target.write(f"{manifest.FOLDER}{chosen.id}.json", manifest.signed(newer).to_bytes())
        with pytest.raises(CommandError, match="newer version"):
            elsewhere.restore(target)


def test_an_interrupted_restoration_goes_on_and_no_other_backup_joins_it(make, target, files, elsewhere, monkeypatch):
    first, second = make(), make()
    with monkeypatch.context() as broken:
        broken.setattr(
            database, "restore", lambda dump: (_ for _ in ()).throw(BackupError("pg_restore did not succeed"))
        )
        with pytest.raises(CommandError, match="pg_restore"):
            elsewhere.restore(target, "--backup", first.id)
    assert not default_storage.exists(identity.MARKER)
    default_storage.delete(files[0].content.name)
    default_storage.save(files[0].content.name, ContentFile(b"half"))
    with pytest.raises(CommandError, match="beginning of another backup"):
        elsewhere.restore(target, "--backup", second.id)
    elsewhere.restore(target, "--backup", first.id)
    assert default_storage.open(files[0].content.name).read() == b"%PDF-1.7 um"


class TestDamaged:
    def test_a_damaged_object_is_named_and_everything_else_comes_back(self, make, target, files, elsewhere, capsys):
        make()
        (target.path / object_of(target, files[0])).write_bytes(b"%PDF-1.7 UM")
        with pytest.raises(CommandError, match="BROKEN") as incomplete:
            elsewhere.restore(target)
        assert incomplete.value.returncode == 4
        assert f"{files[0].content.name} its content has another hash" in capsys.readouterr().out
        assert missing_names() == [files[0].content.name]

    def test_a_missing_object_is_named(self, make, target, files, elsewhere, capsys):
        make()
        target.delete(object_of(target, files[1]))
        with pytest.raises(CommandError, match="BROKEN"):
            elsewhere.restore(target, "--json")
        answer = json.loads(capsys.readouterr().out)
        assert answer["damaged"] == {files[1].content.name: "its object is not in the backup"}
        assert {proof["name"]: proof["outcome"] for proof in answer["proofs"]} == {
            "verify_files": "BROKEN",
        }

    def test_an_encrypted_object_that_was_changed_is_named(self, make, target, files, elsewhere, key, capsys):
        make(recipients=[key[0]])
        largest = max(target.entries("objects/").items(), key=lambda row: row[1].size)[0]
        content = (target.path / largest).read_bytes()
        (target.path / largest).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        with pytest.raises(CommandError, match="BROKEN") as refused:
            elsewhere.restore(target, "--identity", str(key[1]))
        assert refused.value.returncode == 4

    def test_a_damaged_dump_leaves_the_place_empty(self, make, target, files, elsewhere):
        make()
        dump = manifest.contents_of(manifest.chosen(target), ObjectStore(target)).dump
        (target.path / dump.object).write_bytes(b"every tablE")
        with pytest.raises(CommandError, match="another hash"):
            elsewhere.restore(target)
        assert elsewhere.is_untouched

    @pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"manifest": {}}', b"\xff\xfe", b"[" * 100_000])
    def test_what_is_no_manifest_is_said(self, make, target, files, content):
        made = make()
        (target.path / f"{manifest.FOLDER}{made.id}.json").write_bytes(content)
        with pytest.raises(CommandError, match="not one of ours"):
            restore(target)


class TestHostile:
    @pytest.mark.parametrize(
        "name",
        [
            "../../outside", "/etc/outside", "ab/../../outside", "ab//outside", "ab/./x", ".hidden", "ab\\..\\outside",
            "ab\x00", "ab/\n", "", "https://example.com/x", identity.MARKER, restoring.RESTORING, "bin/2026-01-01/x",
        ],
    )  # fmt: skip
    def test_no_name_leads_out_of_the_store_or_to_a_marker(self, make, target, files, elsewhere, name, tmp_path):
        make()
        row = {"name": name, "size": 4, "sha256": files[1].sha256, "object": object_of(target, files[1])}
        rewrite(target, files=[row])
        with pytest.raises(CommandError, match="BROKEN"):
            elsewhere.restore(target)
        assert not list(tmp_path.rglob("outside"))
        assert elsewhere.dumps == []

    @pytest.mark.parametrize("name", ["../../../etc/passwd", "objects/ab/../../x", "manifests/x.json"])
    def test_no_object_lies_elsewhere(self, make, target, files, elsewhere, name):
        make()
        rewrite(target, files=[{"name": "ab/x", "size": 4, "sha256": files[1].sha256, "object": name}])
        with pytest.raises(CommandError, match="BROKEN"):
            elsewhere.restore(target)

    def test_a_name_that_stands_twice_is_refused(self):
        file = asdict(File("ab/x", 1, "0" * 64, "objects/ab/" + "0" * 64))
        data = {"dump": file, "files": [file, file], "missing": [], "counts": {}}
        with pytest.raises(Damaged, match="twice"):
            Contents.from_bytes(canonical.dumps(data))

    def test_a_backup_is_chosen_by_its_name_alone(self, make, target, files):
        make()
        with pytest.raises(CommandError, match="is no backup"):
            restore(target, "--backup", "../../etc/passwd")


class TestSeal:
    def test_a_manifest_that_was_changed_is_refused_whatever_is_said(self, make, target, files, elsewhere):
        make()
        chosen = replace(manifest.chosen(target), made_at="2020-01-01T00:00:00+00:00")
        target.write(f"{manifest.FOLDER}{chosen.id}.json", chosen.to_bytes())
        with pytest.raises(CommandError, match="was changed") as refused:
            elsewhere.restore(target, "--unvouched")
        assert refused.value.returncode == 4

    def test_one_that_nobody_signed_is_restored_only_by_who_knows_it(self, make, target, files, elsewhere, settings):
        settings.TERM_SEAL_FILE, settings.TERM_SEAL_DEMO = "", None
        assert not make().is_signed
        with pytest.raises(CommandError, match="nobody signed it") as refused:
            elsewhere.restore(target)
        assert refused.value.returncode == 3
        elsewhere.restore(target, "--unvouched")
        assert elsewhere.dumps == [DUMP]

    def test_another_certificate_vouches_for_nothing(self, make, target, files, settings, tmp_path):
        make()
        certificates.make(tmp_path / "other.p12")
        settings.TERM_SEAL_FILE = str(tmp_path / "other.p12")
        with pytest.raises(Unvouched, match="vouches for nobody"):
            manifest.chosen(target).require_vouched(trust.configured())


def test_a_copy_is_another_installation(make, target, files, elsewhere):
    from apps.core.models import Installation

    before = Installation.current_identity()
    make()
    elsewhere.restore(target, "--as-copy")
    assert Installation.current_identity() != before
    assert identity.is_of_this_database()


def test_files_that_rows_name_and_the_store_lacks_come_back_beside_a_database_in_use(make, target, files, capsys):
    make()
    default_storage.delete(files[0].content.name)
    restore(target, "--missing-files")
    assert files[0].read() == b"%PDF-1.7 um"
    assert capsys.readouterr().out.startswith("1 files")
