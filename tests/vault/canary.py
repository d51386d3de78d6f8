"""Values that must stand nowhere in clear, and a search of everything that the application writes."""

import html
import io
import json
import logging
import secrets
from base64 import b64decode, b64encode, urlsafe_b64encode
from binascii import Error
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.management import call_command
from django.db import connection

LIMIT = 64  # bytes of a finding that are shown


def value(beginning: str) -> str:
    """A secret that nobody else has: random, and with characters that every escape writes differently."""
    return f'{beginning}-{secrets.token_hex(12)}"/+&<x'


def disguises(secret: str) -> dict[str, bytes]:
    """The forms in which ``secret`` might be written, by name. The random middle survives whatever touches its edges."""
    raw = secret.encode()
    found = {
        "clear": raw,
        "its middle": secret.split("-")[-1][:24].encode(),
        "reversed": raw[::-1],
        "hexadecimal": raw.hex().encode(),
        "JSON": json.dumps(secret)[1:-1].encode(),
        "JSON in JSON": json.dumps(json.dumps(secret))[3:-3].encode(),
        "URL": quote(secret, safe="").encode(),
        "form": quote_plus(secret).encode(),
        "HTML": html.escape(secret).encode(),
        "UTF-16": secret.encode("utf-16-le"),
    }
    for shift in range(3):
        # In base64 a value looks different at each of three places; what its neighbours colour is cut off.
        first, last = -(-shift * 8 // 6), (shift + len(raw)) * 8 // 6
        for name, encode in (("base64", b64encode), ("base64 for URLs", urlsafe_b64encode)):
            found[f"{name}, {shift} to the right"] = encode(b"\0" * shift + raw)[first:last]
    return found


@dataclass
class Written:
    """All that was written: database, files, mail, sessions and logs are read at the end; what only passes by
    (pages, arguments of tasks, log records) is noted as it passes."""

    pages: list[tuple[str, bytes]] = field(default_factory=list)
    tasks: list[tuple[str, object]] = field(default_factory=list)
    logged: list[logging.LogRecord] = field(default_factory=list)
    since: float = 0.0

    def everything(self) -> Iterator[tuple[str, bytes]]:
        """``(place, bytes)`` of each thing that was written."""
        yield from ((f"page {name}", body) for name, body in self.pages)
        yield from ((f"task {name}", repr(arguments).encode()) for name, arguments in self.tasks)
        yield from self._logs()
        yield from _tables()
        yield from _dump()
        yield from self._files()
        yield from _mail()
        yield from _sessions()

    def _logs(self) -> Iterator[tuple[str, bytes]]:
        formatter = logging.Formatter()
        for record in self.logged:
            parts = f"{formatter.format(record)} {record.__dict__!r}"
            yield f"log {record.name}", parts.encode(errors="backslashreplace")

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for folder in {Path(settings.MEDIA_ROOT), Path(settings.VAR_DIR)}:
            for path in folder.rglob("*"):
                if path.is_file() and path.stat().st_mtime >= self.since:
                    yield f"file {path.name}", path.name.encode() + _readable(path.read_bytes())


@contextmanager
def listening() -> Iterator[Written]:
    """Within the block every record of every logger is kept, at DEBUG, SQL with its parameters too."""
    written = Written()

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.logged.append(record)

    handler = Keep(logging.DEBUG)
    loggers = [
        logging.root,
        *(item for item in logging.root.manager.loggerDict.values() if isinstance(item, logging.Logger)),
    ]
    before = [(logger, logger.level, logger.disabled) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.disabled = False
        if logger is logging.root or not logger.propagate:
            logger.addHandler(handler)
    debug_cursor, connection.force_debug_cursor = connection.force_debug_cursor, True
    try:
        yield written
    finally:
        connection.force_debug_cursor = debug_cursor
        for logger, level, disabled in before:
            logger.removeHandler(handler)
            logger.setLevel(level)
            logger.disabled = disabled


def findings(written: Written, planted: dict[str, str]) -> list[str]:
    """Where something planted was found, in which form: ``name, form, place`` and what stands around it."""
    searched = [
        (name, form, text)
        for name, secret in planted.items()
        for form, text in disguises(secret).items()
    ]  # fmt: skip
    return [
        f"{name}, {form}: {place} …{content[max(0, at - LIMIT):at + LIMIT]!r}…"
        for place, content in written.everything()
        for name, form, text in searched
        if (at := content.find(text)) >= 0
    ]  # fmt: skip


def _readable(content: bytes) -> bytes:
    """``content``, and the words of its pages when it is a PDF, whose streams are compressed."""
    if not content.startswith(b"%PDF"):
        return content
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        return content  # Made up by a test: it only begins like one.
    words = "".join(page.get_textpage().get_text_bounded() for page in document)
    return content + words.encode(errors="replace")


def _tables() -> Iterator[tuple[str, bytes]]:
    """Each value of each column of each table, as the database has it; base64 in a column (the cache) is opened too."""
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - the database's own name
            columns = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for column, cell in zip(columns, row, strict=True):
                    raw = bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                    yield f"table {table}.{column}", raw
                    if table == settings.CACHES["default"]["LOCATION"] and column == "value":
                        yield f"cache {table}", _opened(raw)


def _opened(text: bytes) -> bytes:
    try:
        return b64decode(text)
    except Error:
        return b""


def _dump() -> Iterator[tuple[str, bytes]]:
    output = io.StringIO()
    call_command("dumpdata", stdout=output)
    yield "dumpdata", output.getvalue().encode()


def _mail() -> Iterator[tuple[str, bytes]]:
    for message in getattr(mail, "outbox", []):
        whole = message.message()
        bodies = [part.get_payload(decode=True) or b"" for part in whole.walk()]
        headers = " ".join(f"{name}: {text}" for name, text in whole.items())
        yield f"mail {message.subject}", b"\n".join([whole.as_bytes(), headers.encode(), *bodies])


def _sessions() -> Iterator[tuple[str, bytes]]:
    """Opened: what is in a session may be compressed."""
    for session in Session.objects.all():
        yield "session", repr(session.get_decoded()).encode()
