"""What leaves the application as a file to be saved: its name, its type, the headers that keep a browser from showing it."""

import json
from pathlib import PurePosixPath
from typing import Any, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from apps.core.exports.filenames import attached

UNREAD = "application/octet-stream"
TYPES = {
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".zip": "application/zip",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".ics": "text/calendar",
    ".csv": "text/csv",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".toml": "application/toml",
}
"""The types that are served as what they are, by the ending of the file's name. What a browser would run is not here."""
WRITTEN_HERE = {"text/csv", "text/calendar", "application/toml"}
"""Types whose charset is said where the application wrote the file: UTF-8."""
Answer = TypeVar("Answer", bound=HttpResponseBase)


def type_of(name: object) -> str:
    """The type of a file called ``name``; ``UNREAD`` where it is none of ``TYPES``."""
    return TYPES.get(PurePosixPath(str(name)).suffix.lower(), UNREAD)


def download(content: bytes | str, name: object, content_type: str = "") -> HttpResponse:
    """``content``, which the application wrote, as a file called ``name``, whose ending says the type unless it is given.
    The caller has checked access."""
    content_type = content_type or type_of(name)
    if content_type in WRITTEN_HERE:
        content_type += "; charset=utf-8"
    return as_download(HttpResponse(content, content_type=content_type), name)


def as_download(response: Answer, name: object) -> Answer:
    """``response`` as a file called ``name``, whatever it was called when it was stored."""
    response["Content-Disposition"] = attached(name)
    return unshown(response)


def unshown(response: Answer) -> Answer:
    """``response`` so that a browser neither runs what is in it from the application's origin nor keeps it."""
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


def as_json(value: Any) -> bytes:
    """``value`` as JSON that people can read too, in UTF-8."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()
