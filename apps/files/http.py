from django.http import FileResponse

from apps.files.models import StoredFile


def attachment(stored: StoredFile) -> FileResponse:
    """The file as a download, never shown by the browser from the application's origin. The caller has checked access."""
    response = FileResponse(
        stored.content.open("rb"), as_attachment=True, filename=stored.name, content_type="application/octet-stream"
    )
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
