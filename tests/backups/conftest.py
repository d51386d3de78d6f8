from contextlib import contextmanager
from io import BytesIO

import pytest

from apps.backups import database, encryption, making, targets
from apps.files import actions, identity

DUMP = b"every table"


@pytest.fixture
def target(tmp_path):
    return targets.Folder(tmp_path / "target")


@pytest.fixture(autouse=True)
def _the_seal_is_presences(presences_seal):
    """The settings name a certificate."""


@pytest.fixture
def dumps(monkeypatch):
    """A few bytes in place of a dump, which ``tests/services`` makes for real: no test sees another's transaction."""

    @contextmanager
    def snapshot():
        yield "snapshot"

    def dump(store, snapshot_id):
        return store.put(BytesIO(DUMP)), {"server": "15.1", "dumped_by": "15.1"}

    monkeypatch.setattr(database, "snapshot", snapshot)
    monkeypatch.setattr(database, "dump", dump)


@pytest.fixture
def make(dumps, target):
    """``make(**options)``: a backup in ``target``."""
    return lambda **options: making.make(target, **options)


@pytest.fixture
def files(db):
    """Two files with their rows; the store is this database's."""
    identity.claim()
    return [actions.store_bytes(content, name) for content, name in ((b"%PDF-1.7 um", "um.pdf"), (b"dois", "dois.txt"))]


@pytest.fixture
def key(tmp_path):
    """``(recipient, file)`` of a key that opens backups."""
    identity_line, recipient = encryption.new_key()
    path = tmp_path / "key.txt"
    path.write_text(f"# a key\n{identity_line}\n")
    return recipient, path
