"""Bytes that a process wrote before it died, and that nothing names."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.core import clock
from apps.files import actions, orphans
from apps.files.models import StoredFile
from tests.files.factories import PreviewFactory, StoredFileFactory, UploadPartFactory

pytestmark = pytest.mark.django_db


def lying(folder: str = "") -> set[str]:
    folders, files = default_storage.listdir(folder)
    return {f"{folder}{name}" for name in files}.union(*(lying(f"{folder}{each}/") for each in folders))


def written_and_lost() -> str:
    """What ``store_bytes`` wrote, without its row."""
    stored = actions.store_bytes(b"%PDF-1.7", "termo.pdf")
    StoredFile.objects.filter(pk=stored.pk).delete()
    return stored.content.name


def test_bytes_that_no_row_names_are_deleted_after_a_day():
    stored = StoredFileFactory()
    lost = written_and_lost()
    assert orphans.sweep() == 0  # Their row may still come.
    assert lost in lying()
    with clock.at(clock.now() + timedelta(hours=25)):
        assert orphans.sweep() == 1
        assert orphans.sweep() == 0
    assert lying() == {stored.content.name}


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
