"""Files in an S3-compatible store, played over HTTP: written, read back in pieces, deleted."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.files.base import ContentFile

from apps.files import actions, uploads
from apps.files.http import attachment
from presence_rollout import environment
from tests.companies.factories import UserFactory

pytestmark = pytest.mark.django_db


class Store(BaseHTTPRequestHandler):
    """As much of S3 as files need."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes]
    seen: list[tuple[str, str, dict]]

    def _answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.seen.append((self.command, self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_PUT(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        self.objects[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(200, ETag='"x"')

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        found = self.objects.get(self.path.partition("?")[0])
        if found is None:
            self._answer(404)
        else:
            self._answer(200, found, ETag='"x"', Last_Modified="Tue, 24 Nov 2026 10:00:00 GMT")

    def do_DELETE(self) -> None:
        self.objects.pop(self.path, None)
        self._answer(204)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@pytest.fixture
def store(monkeypatch, settings):
    handler = type("Fresh", (Store,), {"objects": {}, "seen": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for name, value in {
        "S3_BUCKET": "arquivos",
        "S3_ENDPOINT": f"http://127.0.0.1:{server.server_port}",
        "S3_REGION": "sa-east-1",
        "S3_ACCESS_KEY": "chave",
        "S3_SECRET_KEY": "segredo",
        "S3_PATH_STYLE": "1",
    }.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = {**settings.STORAGES, "default": environment.file_storage()}
    yield handler
    server.shutdown()
    server.server_close()


def test_a_file_is_written_read_back_and_deleted(store):
    content = b"%PDF-1.7\n" + b"x" * 300_000
    stored = actions.store(ContentFile(content, name="api.pdf"), by=None)
    assert store.objects == {f"/arquivos/{stored.content.name}": content}
    answer = attachment(stored)
    pieces = list(answer.streaming_content)
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) < 100_000  # In pieces, never as a whole.
    stored.content.delete(save=False)
    assert store.objects == {}
    put = next(headers for method, _path, headers in store.seen if method == "PUT")
    assert put["x-amz-acl"] == "private"
    assert "sa-east-1" in put["authorization"]
    assert all("segredo" not in str(row) for row in store.seen)


def test_an_upload_in_parts_goes_through_the_store_too(store, django_capture_on_commit_callbacks, monkeypatch):
    monkeypatch.setattr("apps.core.background.queue.current_app.send_task", lambda *args, **kwargs: None)
    ana = UserFactory()
    content = b"%PDF-1.7\n" + b"y" * 1000
    upload = uploads.start(by=ana, name="api.pdf", size=len(content))
    uploads.append(upload, by=ana, offset=0, content=content[:500])
    uploads.append(upload, by=ana, offset=500, content=content[500:])
    assert len(store.objects) == 2
    with django_capture_on_commit_callbacks(execute=True):
        actions.store(uploads.Claim(str(upload.pk)), by=ana)
    assert list(store.objects.values()) == [content]


def test_large_files_pass_through_the_disk_and_not_through_memory(monkeypatch):
    monkeypatch.setenv("S3_BUCKET", "arquivos")
    options = environment.file_storage()["OPTIONS"]
    assert 0 < options["max_memory_size"] <= 1024 * 1024
    assert options["endpoint_url"] is None


def test_without_a_bucket_files_lie_in_a_folder(monkeypatch):
    monkeypatch.delenv("S3_BUCKET", raising=False)
    assert environment.file_storage() == {"BACKEND": "django.core.files.storage.FileSystemStorage"}
