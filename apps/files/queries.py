from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef

from apps.files.models import Preview, StoredFile


def in_quarantine() -> list[str]:
    """The keys of the files that wait to be scanned, the oldest first."""
    waiting = StoredFile.objects.filter(scan=StoredFile.Scan.WAITING).order_by("uploaded_at")
    return [str(pk) for pk in waiting.values_list("pk", flat=True)]


def to_be_drawn() -> list[str]:
    """The keys of the files out of quarantine that wait for their pictures, the oldest first."""
    readable = StoredFile.objects.filter(scan__in=[StoredFile.Scan.NONE, StoredFile.Scan.CLEAN])
    waiting = readable.filter(drawn=StoredFile.Drawn.WAITING).order_by("uploaded_at")
    return [str(pk) for pk in waiting.values_list("pk", flat=True)]


def preview_pages() -> ArraySubquery:
    """An annotation of rows that have a ``file``: the numbers of the pages of which there are pictures (``<c-previews>``)."""
    return ArraySubquery(Preview.objects.filter(file=OuterRef("file")).order_by("page").values("page"))
