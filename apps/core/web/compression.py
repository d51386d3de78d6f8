"""Pages that travel compressed (docs/decisions/0028-pages-travel-compressed.md)."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = ("text/", "application/json", "application/problem+json")
"""How the types of what is compressed begin."""


class CompressionMiddleware(GZipMiddleware):
    """Compress what is text, for a browser that takes it, with Django's random padding. What must not be stored
    (``no-store``: a revealed secret, a code, a file that is handed over) and what is sent in pieces goes as it is."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        is_text = response.headers.get("Content-Type", "").startswith(COMPRESSED)
        if response.streaming or not is_text or "no-store" in response.headers.get("Cache-Control", ""):
            return response
        return super().process_response(request, response)
