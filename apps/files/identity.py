"""Whose the files are: a marker beside them carries the identity of the database that names them.

A database that is not theirs (a wrong ``DATABASE_URL``, an empty one beside a full store) names none of them, and would take
every file for forgotten.
"""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.core.models import Installation
from apps.files.models import StoredFile

MARKER = "presence-rollout.id"
LOOKED_AT = 20
"""How many of the newest files are looked for where there is no marker yet."""


def is_of_this_database() -> bool:
    """Whether the store's files are this database's. A store without a marker is taken, and marked, when nothing is in it or
    one of the newest files of this database is."""
    if default_storage.exists(MARKER):
        with default_storage.open(MARKER) as marker:
            return marker.read(100).decode(errors="replace").strip() == str(Installation.current_identity())
    if not (_is_empty() or _has_one_of_ours()):
        return False
    claim()
    return True


def claim() -> None:
    """Mark the store as this database's: for an operator who knows that it is (``sweep_orphans --claim``)."""
    if default_storage.exists(MARKER):
        default_storage.delete(MARKER)
    default_storage.save(MARKER, ContentFile(f"{Installation.current_identity()}\n".encode()))


def _is_empty() -> bool:
    try:
        return not any(default_storage.listdir(""))
    except FileNotFoundError:
        return True


def _has_one_of_ours() -> bool:
    names = StoredFile.objects.order_by("-uploaded_at").values_list("content", flat=True)[:LOOKED_AT]
    return any(default_storage.exists(name) for name in names)
