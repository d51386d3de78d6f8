"""What is kept, how, and what is refused."""

import hashlib

import pytest
from django.core.files.base import ContentFile

from apps.core.refusals import Invalid
from apps.files import actions
from apps.files.http import attachment

pytestmark = pytest.mark.django_db


def test_a_file_is_kept_under_its_id_with_its_hash():
    stored = actions.store(ContentFile(b"conteudo", name="../../etc/manual.pdf"), by=None)
    assert stored.name == "manual.pdf"
    assert stored.content.name.endswith(str(stored.id))
    assert stored.sha256 == hashlib.sha256(b"conteudo").hexdigest()


def test_it_is_served_as_a_download_that_no_browser_runs():
    stored = actions.store_bytes(b"<script>alert(1)</script>", "pagina.html")
    response = attachment(stored)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Type"] == "application/octet-stream"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"", "vazio.pdf"), (b"MZ\x90\x00", "nota.pdf"), (b"#!/bin/sh\n", "leia.txt"), (b"inocente", "instalar.EXE")],
)
def test_empty_files_and_programs_are_refused(content, name):
    with pytest.raises(Invalid):
        actions.store(ContentFile(content, name=name), by=None)


def test_a_file_over_the_limit_is_refused(settings):
    settings.MAX_UPLOAD_BYTES = 10
    with pytest.raises(Invalid, match="limite"):
        actions.store(ContentFile(b"x" * 11, name="grande.pdf"), by=None)
