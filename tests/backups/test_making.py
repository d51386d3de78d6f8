"""What a backup holds, and what it says of what it could not copy; the database's part is in ``tests/services``."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import OperationalError

from apps.backups import encryption, latest, making, manifest, places, programs, targets
from apps.backups.errors import BackupError
from apps.backups.models import LastBackup
from apps.backups.objects import NAME, ObjectStore
from apps.companies.models import Role
from apps.core import clock
from apps.files.models import StoredFile
from apps.seals.outcomes import Outcome
from tests.companies.factories import PresenceFactory, a_person
from tests.files.factories import PreviewFactory, UploadPartFactory

pytestmark = pytest.mark.django_db


def contents_in(target, identities=()):
    chosen = manifest.chosen(target)
    return manifest.contents_of(chosen, ObjectStore(target, identities=identities))


def test_every_file_that_a_row_names_is_in_it_by_its_hash(make, target, files):
    others = [PreviewFactory(file=files[0]).picture.name, UploadPartFactory().content.name]
    made = make()
    rows = {file.name: file for file in contents_in(target).files}
    assert set(rows) == {*(stored.content.name for stored in files), *others}
    assert [rows[stored.content.name].sha256 for stored in files] == [stored.sha256 for stored in files]
    assert made.outcome is Outcome.WHOLE
    assert made.is_signed
    assert made.copied == made.files == 4


def test_what_is_there_is_not_read_again(make, target, files):
    make()
    for stored in files:
        default_storage.delete(stored.content.name)
    again = make()
    assert (again.files, again.copied, again.missing) == (2, 0, {})
    assert len(manifest.ids(target)) == 2


def test_an_object_that_was_cut_off_is_copied_anew(make, target, files):
    make()
    (name,) = (file.object for file in contents_in(target).files if file.name == files[0].content.name)
    (target.path / name).write_bytes(b"%PDF")
    assert make().copied == 1
    assert (target.path / name).read_bytes() == b"%PDF-1.7 um"


def test_a_file_that_a_row_names_and_the_store_lacks_is_named(make, target, files):
    default_storage.delete(files[0].content.name)
    made = make()
    assert made.missing == {files[0].content.name: "cannot be read from the store (FileNotFoundError)"}
    assert made.outcome is Outcome.BROKEN
    assert contents_in(target).missing == tuple(made.missing.items())
    assert made.files == 1


def test_a_file_that_is_not_what_its_row_says_is_named_and_kept_as_it_is(make, target, files):
    name = files[0].content.name
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"something else"))
    made = make()
    assert list(made.differing) == [name]
    assert [file.size for file in contents_in(target).files if file.name == name] == [len(b"something else")]


def test_what_was_deleted_with_its_row_meanwhile_is_no_loss(make, target, files, monkeypatch):
    name = files[0].content.name

    def delete(text):
        if "files are looked at" in text:
            StoredFile.objects.filter(content=name).delete()
            default_storage.delete(name)

    made = make(progress=delete)
    assert made.outcome is Outcome.WHOLE
    assert made.deleted_meanwhile == [name]


class TestInterrupted:
    def test_one_that_ends_before_its_manifest_is_none(self, make, target, files, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(manifest, "signed", lambda row: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                make()
        assert manifest.ids(target) == []
        with pytest.raises(BackupError, match="no whole backup"):
            manifest.chosen(target)
        assert make().copied == 0  # What it had copied is used.

    def test_a_full_target_is_no_missing_file(self, make, target, files, monkeypatch):
        def full(self, file, name):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(targets.Folder, "keep", full)
        with pytest.raises(OSError, match="No space"):
            make()
        assert not list((target.path / targets.INCOMING).iterdir())

    def test_a_dump_that_breaks_off_is_not_kept(self, target):
        def fails():
            raise BackupError("pg_dump did not succeed.")

        store = ObjectStore(target)
        with pytest.raises(BackupError):
            store.put(ContentFile(b"half of it").open(), confirm=fails)
        assert target.entries() == {}


class TestEncrypted:
    def test_nothing_of_the_content_can_be_seen_and_the_key_opens_it(self, make, target, files, key):
        recipient, key_file = key
        made = make(recipients=[recipient])
        assert made.is_encrypted
        stored = b"".join(path.read_bytes() for path in target.path.rglob("*") if path.is_file())
        for secret in (b"%PDF-1.7 um", b"every table", files[0].sha256.encode(), files[0].content.name.encode()):
            assert secret not in stored
        names = [path.relative_to(target.path).as_posix() for path in target.path.rglob("*") if path.is_file()]
        assert not any(files[0].sha256 in name for name in names)
        assert len(contents_in(target, encryption.identities_in(key_file)).files) == 2

    def test_the_next_one_copies_no_file_again(self, make, target, files, key):
        make(recipients=[key[0]])
        assert make(recipients=[key[0]]).copied == 0

    def test_for_another_recipient_everything_is_copied_anew(self, make, target, files, key):
        make(recipients=[key[0]])
        _identity, other = encryption.new_key()
        assert make(recipients=[key[0], other]).copied == 2

    def test_one_in_clear_is_not_laid_beside_encrypted_ones(self, make, files, key):
        make(recipients=[key[0]])
        with pytest.raises(BackupError, match="in clear"):
            make()

    def test_what_is_no_recipient_is_refused_before_anything_is_written(self, target, files):
        with pytest.raises(CommandError, match="is no recipient"):
            call_command("backup", str(target.path), recipient=["age1nonsense"])
        assert not target.path.exists()


class TestPlace:
    def test_a_folder_with_other_things_is_not_taken(self, make, target, files):
        target.path.mkdir()
        (target.path / "photos").write_text("x")
        with pytest.raises(BackupError, match="other things"):
            make()

    def test_another_installations_target_is_not_taken(self, make, target, files):
        make()
        content = '{"format": 1, "installation": "4c1d94c4-6d5e-4c44-a1f1-4f9d2c1a0000", "encrypted": false}'
        (target.path / places.MARKER).write_text(content)
        with pytest.raises(BackupError, match="is DATABASE_URL right"):
            make()

    def test_the_folder_of_the_files_is_no_target(self, files, settings):
        with pytest.raises(CommandError, match="folder of the files") as refused:
            call_command("backup", f"{settings.MEDIA_ROOT}/backups")
        assert refused.value.returncode == 1

    @pytest.mark.parametrize("address", ["https://example.com/x", "s3://"])
    def test_what_is_no_target_is_said(self, address):
        with pytest.raises(CommandError, match="target"):
            call_command("backup", address)


def test_a_clock_that_went_back_is_said(make, files):
    make()
    with clock.at(clock.now() - timedelta(days=1)), pytest.raises(BackupError, match="is the clock right"):
        make()


def test_a_seal_that_does_not_open_keeps_nobody_from_a_backup_and_is_said(dumps, target, files, settings, capsys):
    settings.TERM_SEAL_FILE = "/nowhere/seal.p12"
    with pytest.raises(CommandError, match="it is not signed") as unsigned:
        call_command("backup", str(target.path))
    assert unsigned.value.returncode == 3
    assert "/nowhere/seal.p12 does not open" in capsys.readouterr().err
    assert len(manifest.ids(target)) == 1


def test_a_watchman_is_told_when_the_newest_is_too_old(make, target, files):
    with pytest.raises(CommandError, match="within 26 hours"):
        call_command("backup", str(target.path), "--list", "--within", "26")
    make()
    with clock.at(clock.now() + timedelta(hours=25)):
        call_command("backup", str(target.path), "--list", "--within", "26")
    with clock.at(clock.now() + timedelta(hours=27)), pytest.raises(CommandError) as old:
        call_command("backup", str(target.path), "--list", "--within", "26")
    assert old.value.returncode == 4


def test_two_at_once_are_one(make, files, monkeypatch):
    monkeypatch.setattr("apps.core.background.locks._ask", lambda statement, key: False)
    with pytest.raises(BackupError, match="Another backup"), making.alone():
        pass


def test_through_a_pool_it_is_not_made(settings):
    """pg_dump reads in many transactions what one of ours shows it, and leaves its settings to whoever comes next."""
    settings.DATABASE_POOLED = True
    with pytest.raises(BackupError, match="the server's own address"):
        programs.address()


def test_the_command_answers_with_one_object(dumps, target, files, capsys):
    call_command("backup", str(target.path), "--json")
    output = capsys.readouterr()
    assert '"outcome": "WHOLE"' in output.out
    assert "2 files are looked at" in output.err
    default_storage.delete(files[0].content.name)
    StoredFile.objects.filter(pk=files[0].pk).update(sha256="1" * 64)
    with pytest.raises(CommandError, match="not in it") as incomplete:
        call_command("backup", str(target.path), "--json")
    assert incomplete.value.returncode == 4
    assert files[0].content.name in capsys.readouterr().out
    call_command("backup", str(target.path), "--list")
    assert capsys.readouterr().out.count("version 1.0.0") == 2


def test_the_last_one_is_on_the_page_of_the_system_and_is_measured(dumps, target, files, client_for):
    page = client_for(a_person(PresenceFactory(), Role.MANAGER))
    assert "Nenhum backup registrado" in page.get("/sistema/").text
    assert latest._made_at() == {}
    for _time in range(2):
        call_command("backup", str(target.path))
    last = LastBackup.objects.get()
    assert (last.place, last.outcome, last.made_at) == ("folder", "complete", manifest.chosen(target).moment)
    assert last.bytes == sum(manifest.chosen(target).objects.values())
    assert latest._made_at() == {(): last.made_at.timestamp()}
    text = page.get("/sistema/").text
    assert "Último backup: " in text
    assert "todas as noites" not in text
    assert str(target.path) not in text
    LastBackup.objects.update(made_at=clock.now() - timedelta(days=3))
    text = page.get("/sistema/").text
    assert "Último backup: há 3 dias" in text
    assert "todas as noites" in text


def test_a_database_that_takes_no_note_is_backed_up_all_the_same(dumps, target, files, monkeypatch, capsys):
    def refuses(*args):
        raise OperationalError("cannot execute INSERT in a read-only transaction")

    monkeypatch.setattr(latest, "note", refuses)
    call_command("backup", str(target.path))
    assert "read-only" in capsys.readouterr().err
    assert len(manifest.ids(target)) == 1


def test_no_key_is_in_it(make, target, files, settings):
    make()
    stored = b"".join(path.read_bytes() for path in target.path.rglob("*") if path.is_file())
    assert settings.SECRET_KEY.encode() not in stored
    assert settings.VAULT_KEYSET.encode() not in stored


def test_objects_are_called_as_the_manifest_says(make, target, files):
    make()
    names = set(target.entries("objects/"))
    assert names == set(manifest.chosen(target).objects)
    assert all(NAME.fullmatch(name) for name in names)
