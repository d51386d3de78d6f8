"""Files that come in parts: where they go on, whose they are, and what is left when they never arrive."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse

from apps.accounts import personal_data
from apps.core import clock
from apps.core.refusals import Invalid
from apps.files import actions, uploads
from apps.files.models import StoredFile, Upload
from tests.companies.factories import UserFactory
from tests.files.factories import UploadFactory, UploadPartFactory

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.7\n" + b"conteudo " * 20


@pytest.fixture
def ana():
    return UserFactory()


@pytest.fixture
def browser(client_for, ana):
    return client_for(ana)


def begin(browser, size=None, name="api.pdf"):
    return browser.post(reverse("files:start"), {"name": name, "size": len(PDF) if size is None else size})


def send(browser, pk, offset, content):
    return browser.post(
        reverse("files:upload", args=[pk]),
        data=content,
        content_type="application/octet-stream",
        headers={"Upload-Offset": str(offset)},
    )


def on_disk(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_cut_connection_goes_on_where_it_stopped_and_the_whole_is_the_same_file(browser, ana):
    pk = begin(browser).json()["id"]
    assert send(browser, pk, 0, PDF[:50]).json()["offset"] == 50
    # The answer was lost: the browser sends the part again, is told where the upload stands, and goes on.
    again = send(browser, pk, 0, PDF[:50])
    assert (again.status_code, again.json()["offset"]) == (409, 50)
    assert browser.get(reverse("files:upload", args=[pk])).json()["offset"] == 50
    assert send(browser, pk, 50, PDF[50:]).json()["done"] is True
    stored = actions.store(uploads.Claim(pk), by=ana)
    with stored.content.open("rb") as content:
        assert content.read() == PDF
    assert (stored.name, stored.kind, stored.uploaded_by) == ("api.pdf", "pdf", ana)


def test_a_taken_upload_is_gone_with_its_parts(browser, ana, settings, django_capture_on_commit_callbacks):
    pk = begin(browser).json()["id"]
    send(browser, pk, 0, PDF)
    with django_capture_on_commit_callbacks(execute=True):
        actions.store(uploads.Claim(pk), by=ana)
    assert not Upload.objects.exists()
    assert [path.read_bytes() for path in on_disk(settings)] == [PDF]
    with pytest.raises(Invalid, match="não chegou inteiro"):
        actions.store(uploads.Claim(pk), by=ana)


def test_a_part_cut_in_the_middle_counts_for_nothing(browser, settings):
    pk = begin(browser).json()["id"]
    answer = browser.generic(
        "POST",
        reverse("files:upload", args=[pk]),
        content_type="application/octet-stream",
        headers={"Upload-Offset": "0"},
        **{"CONTENT_LENGTH": "100", "wsgi.input": io.BytesIO(PDF[:20])},
    )
    assert answer.status_code == 422
    assert Upload.objects.get().received == 0
    assert on_disk(settings) == []


def test_what_never_arrives_is_seen_by_nobody_and_swept_by_the_daily_task(
    browser, ana, settings, django_capture_on_commit_callbacks
):
    pk = begin(browser).json()["id"]
    send(browser, pk, 0, PDF[:50])
    with pytest.raises(Invalid, match="não chegou inteiro"):
        actions.store(uploads.Claim(pk), by=ana)
    assert not StoredFile.objects.exists()
    with clock.at(clock.now() + timedelta(hours=25)), django_capture_on_commit_callbacks(execute=True):
        assert browser.get(reverse("files:upload", args=[pk])).status_code == 404
        assert personal_data.expire()["files"] == 1
    assert not Upload.objects.exists()
    assert on_disk(settings) == []


def test_every_part_gives_it_another_day(browser):
    pk = begin(browser).json()["id"]
    later = clock.now() + timedelta(hours=20)
    with clock.at(later):
        send(browser, pk, 0, PDF[:50])
    assert Upload.objects.get().expires_at == later + uploads.LIFE


@pytest.mark.parametrize("size", ["0", "-1", "x", "", "9" * 30, "１２"])
def test_a_size_that_is_none_is_refused(browser, size):
    assert begin(browser, size=size).status_code == 422
    assert not Upload.objects.exists()


def test_too_large_is_refused_before_a_byte_is_sent(browser, settings):
    settings.MAX_UPLOAD_BYTES = 1024 * 1024
    answer = begin(browser, size=1024 * 1024 + 1)
    assert answer.status_code == 422
    assert "limite de 1 MB" in answer.json()["detail"]


def test_a_part_has_its_own_limit(browser, monkeypatch):
    monkeypatch.setattr(uploads, "PART_BYTES", 10)
    pk = begin(browser).json()["id"]
    assert send(browser, pk, 0, PDF[:11]).status_code == 422
    assert send(browser, pk, 0, b"").status_code == 422
    assert send(browser, pk, "x", PDF[:5]).status_code == 422
    assert Upload.objects.get().received == 0


def test_a_person_has_only_so_many_under_way(browser, ana, monkeypatch):
    monkeypatch.setattr(uploads, "AT_ONCE", 1)
    begin(browser)
    assert begin(browser).status_code == 409


def test_cancelling_forgets_it_at_once(browser, settings, django_capture_on_commit_callbacks):
    pk = begin(browser).json()["id"]
    send(browser, pk, 0, PDF[:50])
    with django_capture_on_commit_callbacks(execute=True):
        assert browser.post(reverse("files:cancel", args=[pk])).status_code == 200
    assert not Upload.objects.exists()
    assert on_disk(settings) == []


def test_an_upload_exists_for_its_owner_alone(client_for, ana):
    theirs = UploadFactory(size=len(PDF))
    browser = client_for(ana)
    assert browser.get(reverse("files:upload", args=[theirs.pk])).status_code == 404
    assert send(browser, theirs.pk, 0, PDF).status_code == 404
    assert browser.post(reverse("files:cancel", args=[theirs.pk])).status_code == 404
    assert Upload.objects.filter(pk=theirs.pk, received=0).exists()


def test_it_takes_the_form_token(ana):
    from django.test import Client

    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ana, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert begin(browser).status_code == 403
    upload = UploadFactory(owner=ana)
    assert send(browser, upload.pk, 0, b"%PDF").status_code == 403


@pytest.mark.parametrize("pk", ["", "x", "'; --", "00000000-0000-4000-8000-000000000000"])
def test_a_made_up_number_is_told_so(ana, pk):
    with pytest.raises(Invalid, match="não chegou inteiro"):
        actions.store(uploads.Claim(pk), by=ana)


def test_who_is_erased_leaves_nothing_under_way(ana):
    part = UploadPartFactory(upload__owner=ana, upload__received=4)
    personal_data.erase(ana)
    assert not Upload.objects.filter(pk=part.upload_id).exists()
