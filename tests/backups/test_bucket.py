"""Backups in an S3-compatible store, played over HTTP."""

import threading
from http.server import ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.core.management import CommandError, call_command

from apps.backups import manifest, targets
from apps.backups.errors import BackupError
from presence_rollout import environment
from tests.files.test_storage import Store

pytestmark = pytest.mark.django_db
PAGE = 3


class ListedStore(Store):
    """It lists a bucket too, a few names at a time."""

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" not in query:
            super().do_GET()
            return
        prefix, after = query["prefix"][0], query.get("continuation-token", [""])[0]
        names = sorted(unquote(path).removeprefix("/copias/") for path in self.objects)
        names = [name for name in names if name.startswith(prefix) and name > after]
        rows = "".join(
            f"<Contents><Key>{name}</Key><Size>{len(self.objects[f'/copias/{name}'])}</Size>"
            "<LastModified>2026-11-24T10:00:00.000Z</LastModified></Contents>"
            for name in names[:PAGE]
        )
        more = f"<NextContinuationToken>{names[PAGE - 1]}</NextContinuationToken>" if len(names) > PAGE else ""
        truncated = str(bool(more)).lower()
        body = f"<ListBucketResult><IsTruncated>{truncated}</IsTruncated>{more}{rows}</ListBucketResult>"
        self._answer(200, body.encode(), Content_Type="application/xml")


@pytest.fixture
def store(monkeypatch, settings):
    handler = type("Fresh", (ListedStore,), {"objects": {}, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("S3_ENDPOINT", "http://127.0.0.1:9")  # The files' own store is another.
    monkeypatch.setenv("BACKUP_S3_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    for name, value in {
        "REGION": "sa-east-1",
        "ACCESS_KEY": "chave",
        "SECRET_KEY": "segredo",
        "PATH_STYLE": "1",
    }.items():
        monkeypatch.setenv(f"S3_{name}", value)
    settings.BACKUP_S3 = environment.backup_store()
    yield handler
    server.shutdown()
    server.server_close()


@pytest.fixture
def target(store):
    return targets.at("s3://copias/rollout")


def test_a_backup_is_made_there_listed_and_found_again(make, target, store, files, capsys):
    assert make().copied == 2
    assert make().copied == 0
    assert len(manifest.ids(target)) == 2
    assert all(name.startswith("/copias/rollout/") for name in store.objects)
    call_command("backup", "s3://copias/rollout", "--list")
    assert capsys.readouterr().out.count("version") == 2


def test_what_is_missing_there_is_a_missing_object(make, target, store, files):
    made = make()
    assert set(target.entries("objects/")) == set(manifest.read(target, made.id).objects)  # Over several pages.
    target.delete(f"{manifest.FOLDER}{made.id}.json")
    with pytest.raises(BackupError, match=f"no backup {made.id}"):
        manifest.read(target, made.id)


def test_a_store_that_refuses_is_said(settings, store, files):
    store.do_GET = lambda self: self._answer(403)
    with pytest.raises(CommandError, match="the store says 403"):
        call_command("backup", "s3://copias/rollout", "--list")
