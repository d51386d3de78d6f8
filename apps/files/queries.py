from apps.files.models import StoredFile


def in_quarantine() -> list[str]:
    """The keys of the files that wait to be scanned, the oldest first."""
    waiting = StoredFile.objects.filter(scan=StoredFile.Scan.WAITING).order_by("uploaded_at")
    return [str(pk) for pk in waiting.values_list("pk", flat=True)]
