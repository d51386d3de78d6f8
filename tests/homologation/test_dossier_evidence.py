"""The files of the evidence go into the dossier, each content once, as far as there is room."""

import json

import pytest

from apps.stages.homologation import dossier
from tests.files.factories import StoredFileFactory
from tests.homologation.conftest import with_a_round
from tests.homologation.factories import EvidenceFactory, ResultFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def result():
    script = with_a_round()
    by = script.rollout.people["client"]
    return ResultFactory(round=script.rounds.get(), case=script.cases.first(), by=by)


def attached(result):
    """The files of the evidence by their path, and the rows of their list."""
    files = dict(dossier.files(result.case.script.rollout))
    rows = json.loads(files["homologacao/evidencias.json"])
    return {name: content for name, content in files.items() if name.startswith("homologacao/evidencias/")}, rows


def test_each_content_stands_once_under_the_beginning_of_its_hash(result):
    file = StoredFileFactory(name="Tela do pedido (1).PNG")
    for _time in range(2):
        EvidenceFactory(result=result, text="", file=file)
    files, rows = attached(result)
    ((path, content),) = files.items()
    assert (path, content) == (f"homologacao/evidencias/{file.sha256[:16]}.png", file.read())
    assert [row["path"] for row in rows] == [path, path]


def test_what_finds_no_room_is_named_by_its_hash(result, monkeypatch):
    EvidenceFactory(result=result, text="", file=StoredFileFactory())
    monkeypatch.setattr(dossier, "MOST_BYTES", 1)
    files, (row,) = attached(result)
    assert (files, row["path"]) == ({}, "")
    assert row["sha256"]


@pytest.mark.parametrize("scan", ["waiting", "infected"])
def test_what_is_in_quarantine_stays_there(result, scan):
    file = StoredFileFactory()
    type(file).objects.filter(pk=file.pk).update(scan=scan)
    EvidenceFactory(result=result, text="", file=file)
    assert attached(result)[0] == {}


def test_what_is_not_in_the_store_any_more_is_named(result):
    file = StoredFileFactory()
    EvidenceFactory(result=result, text="", file=file)
    file.content.storage.delete(file.content.name)
    files, (row,) = attached(result)
    assert (files, row["file"]) == ({}, file.name)


def test_words_and_addresses_are_no_file(result):
    EvidenceFactory(result=result, text="Pedido 987")
    assert attached(result)[0] == {}
