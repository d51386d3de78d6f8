"""What leaves the application as a file to be saved: its name and the headers that keep a browser from showing it."""

import json
from typing import Any, TypeVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase

from apps.core.exports.filenames import attached

UNREAD = "application/octet-stream"
Answer = TypeVar("Answer", bound=HttpResponseBase)


def download(content: bytes | str, name: object, content_type: str = UNREAD) -> HttpResponse:
    """``content`` as a file called ``name``. The caller has checked access."""
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
