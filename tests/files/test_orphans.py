"""Bytes that a process wrote before it died, and that nothing names."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.core import clock
from apps.core.health import State
from apps.files import actions, health, identity, orphans, tasks
from apps.files.models import StoredFile
from tests.files.factories import PreviewFactory, StoredFileFactory, UploadPartFactory

pytestmark = pytest.mark.django_db


def all_lying(folder: str = "") -> set[str]:
    folders, files = default_storage.listdir(folder)
    return {f"{folder}{name}" for name in files}.union(*(all_lying(f"{folder}{name}/") for name in folders))


def lying() -> set[str]:
    """Without what is in the bin, and the marker."""
    return {name for name in all_lying() if not name.startswith("bin/")} - {identity.MARKER}


@pytest.fixture(autouse=True)
def _the_store_is_this_database_s(_quick_and_contained):
    identity.claim()


def written_and_lost() -> str:
    """What ``store_bytes`` wrote, without its row."""
    stored = actions.store_bytes(b"%PDF-1.7", "termo.pdf")
    StoredFile.objects.filter(pk=stored.pk).delete()
    return stored.content.name


def test_bytes_that_no_row_names_go_to_the_bin_after_a_day():
    stored = StoredFileFactory()
    lost = written_and_lost()
    assert orphans.sweep() == 0  # Their row may still come.
    assert lost in lying()
    with clock.at(clock.now() + timedelta(hours=25)):
        assert orphans.sweep() == 1
        assert orphans.sweep() == 0
        assert f"bin/{clock.today()}/{lost}" in all_lying()
    assert lying() == {stored.content.name}


def test_what_a_health_check_that_was_killed_left_behind_goes_too(monkeypatch):
    with monkeypatch.context() as killed:
        killed.setattr(default_storage, "delete", lambda name: None)
        assert health.storage().state is State.OK
    (left,) = (name for name in lying() if name.startswith("health-"))
    with clock.at(clock.now() + timedelta(hours=25)):
        assert orphans.sweep() == 1
    assert left not in lying()


def test_the_bin_keeps_them_for_a_month_and_gives_them_back():
    now = clock.now()
    lost, other = written_and_lost(), written_and_lost()
    with clock.at(now + timedelta(days=2)):
        orphans.sweep()
        assert orphans.put_back(clock.today()) == 2
        assert {lost, other} <= lying()
        assert orphans.put_back(clock.today()) == 0
        orphans.sweep()
    with clock.at(now + timedelta(days=32)):
        orphans.sweep()
        assert len(all_lying()) == 3  # The marker, and both in the bin.
    with clock.at(now + timedelta(days=33)):
        orphans.sweep()
    assert all_lying() == {identity.MARKER}


class TestAnotherDatabase:
    """A sweep that is run against a database which does not name the files."""

    def test_a_store_with_another_marker_is_left_alone(self):
        lost = written_and_lost()
        default_storage.delete(identity.MARKER)
        default_storage.save(identity.MARKER, ContentFile(b"4c1d94c4-6d5e-4c44-a1f1-4f9d2c1a0000\n"))
        with clock.at(clock.now() + timedelta(days=2)), pytest.raises(orphans.NotSwept, match="is DATABASE_URL right"):
            orphans.sweep()
        assert lost in lying()

    def test_an_empty_database_beside_files_without_a_marker_moves_nothing(self):
        lost = written_and_lost()
        default_storage.delete(identity.MARKER)
        with clock.at(clock.now() + timedelta(days=2)), pytest.raises(orphans.NotSwept):
            orphans.sweep()
        assert lost in lying()

    def test_a_store_without_a_marker_is_marked_where_it_has_one_of_this_database_s_files(self):
        default_storage.delete(identity.MARKER)
        StoredFileFactory()
        lost = written_and_lost()
        with clock.at(clock.now() + timedelta(days=2)):
            assert orphans.sweep() == 1
        assert identity.MARKER in all_lying()
        assert lost not in lying()

    def test_more_than_ever_look_forgotten_and_a_person_decides(self, capsys):
        names = {written_and_lost() for _number in range(orphans.NEVER_TOO_MANY + 1)}
        with clock.at(clock.now() + timedelta(days=2)):
            with pytest.raises(CommandError, match="21 of 21 files look forgotten"):
                call_command("sweep_orphans")
            assert names <= lying()
            call_command("sweep_orphans", dry_run=True)
            assert names <= set(capsys.readouterr().out.split())
            call_command("sweep_orphans", however_many=True)
        assert not lying()

    def test_the_daily_task_says_in_the_log_that_it_did_not_dare(self, caplog):
        written_and_lost()
        default_storage.delete(identity.MARKER)
        with clock.at(clock.now() + timedelta(days=2)):
            tasks.sweep_orphans()
        assert "Nothing was swept" in caplog.text

    def test_who_knows_better_claims_the_store(self):
        written_and_lost()
        default_storage.delete(identity.MARKER)
        call_command("sweep_orphans", claim=True)
        with clock.at(clock.now() + timedelta(days=2)):
            assert orphans.sweep() == 1


def test_what_a_row_names_stays_whatever_its_age():
    kept = {PreviewFactory().picture.name, UploadPartFactory().content.name}
    kept |= {PreviewFactory(file=StoredFileFactory()).file.content.name}
    with clock.at(clock.now() + timedelta(days=4000)):
        assert orphans.sweep() == 0
    assert kept <= lying()


def test_the_picture_of_a_drawing_that_died_goes_and_the_second_one_stays():
    preview = PreviewFactory()
    first = preview.picture.name
    preview.picture = ContentFile(b"\x89PNG\r\n\x1a\n", name="1.png")
    preview.save()
    assert preview.picture.name not in (first, "")
    with clock.at(clock.now() + timedelta(days=2)):
        assert orphans.sweep() == 1
    assert first not in lying()
    assert preview.picture.name in lying()


def test_what_this_app_did_not_put_there_is_not_its_to_delete():
    theirs = {"LEIA-ME.txt", "backup/2026.zip", "ab/notas.pdf", "previews/x.png"}
    for name in theirs:
        default_storage.save(name, ContentFile(b"x"))
    with clock.at(clock.now() + timedelta(days=2)):
        assert orphans.sweep() == 0
    assert lying() == theirs


def test_where_nothing_was_ever_stored_there_is_nothing_to_sweep():
    assert orphans.sweep() == 0


def test_many_files_are_asked_about_some_at_a_time(monkeypatch):
    monkeypatch.setattr(orphans, "AT_ONCE", 2)
    upload = UploadPartFactory().upload
    for offset in range(1, 6):
        UploadPartFactory(upload=upload, offset=offset)
    upload.parts.filter(offset__gte=3).delete()
    with clock.at(clock.now() + timedelta(days=2)):
        assert orphans.sweep() == 3
    assert {part.content.name for part in upload.parts.all()} == lying()


def test_what_is_no_day_of_the_bin_is_left_in_it():
    default_storage.save("bin/0-notes/read-me", ContentFile(b"x"))
    default_storage.save("bin/2019-export/read-me", ContentFile(b"x"))
    orphans.sweep()
    assert {"bin/0-notes/read-me", "bin/2019-export/read-me"} <= all_lying()


def test_with_a_wrong_clock_nothing_is_moved(monkeypatch):
    lost = written_and_lost()
    ahead = timezone.now() + timedelta(days=400)
    monkeypatch.setattr(timezone, "now", lambda: ahead)
    with pytest.raises(orphans.NotSwept, match="clocks of this machine and of the database"):
        orphans.sweep()
    assert lost in lying()


def test_what_a_row_names_is_taken_back_from_the_bin(capsys):
    stored = actions.store_bytes(b"%PDF-1.7", "termo.pdf")
    name = stored.content.name
    call_command("verify_files")
    StoredFile.objects.filter(pk=stored.pk).delete()
    with clock.at(clock.now() + timedelta(days=2)):
        orphans.sweep()
    stored.save(force_insert=True)  # The database of the day before, beside the files of today.
    with pytest.raises(CommandError, match="1 of 1 files"):
        call_command("verify_files")
    assert f"{name} is not in the store" in capsys.readouterr().err
    call_command("verify_files", "--mend")
    assert stored.read() == b"%PDF-1.7"


@pytest.mark.parametrize("content", [b"%PDF-1.8", b"%PDF-1.7 and more"])
def test_a_file_that_is_not_what_its_row_says_is_named(content, capsys):
    stored = actions.store_bytes(b"%PDF-1.7", "termo.pdf")
    default_storage.delete(stored.content.name)
    default_storage.save(stored.content.name, ContentFile(content))
    with pytest.raises(CommandError):
        call_command("verify_files")
    assert f"is not the one with SHA-256 {stored.sha256}" in capsys.readouterr().err
    if len(content) != stored.size:
        with pytest.raises(CommandError):
            call_command("verify_files", "--sizes")
    else:
        call_command("verify_files", "--sizes")
