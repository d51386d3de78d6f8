"""A dossier as a file: a ZIP with one way of being written, so that the same files give the same bytes.

Nothing is compressed, names are in order, dates and rights are fixed. Who verifies writes the files again and compares: a
changed byte outside of them shows as well.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

MANIFEST = "manifest.json"
README = "README.txt"
TIMELINE = "historico/timeline.json"
FORMAT = 1
WHOLE, SHARED = "whole", "shared"
WITHHELD = "hours."
"""In the shared dossier, of the events of these kinds only the hashes stand: they tell what the hours cost."""


def written(files: Mapping[str, bytes]) -> bytes:
    """``files`` by their path in the archive, as the one ZIP that they make."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100644 << 16
            archive.writestr(info, files[name])
    return out.getvalue()


def read(content: bytes) -> dict[str, bytes]:
    """The files of a ZIP that ``written`` wrote. Raises ``ValueError`` for what is compressed or named twice, and what
    ``zipfile`` raises for what is no ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("something in it is compressed")
        files = {entry.filename: archive.read(entry) for entry in entries}
    if len(files) != len(entries):
        raise ValueError("a file stands in it twice")
    return files


def manifest(files: Mapping[str, bytes], **facts: object) -> bytes:
    """What the archive holds: ``facts``, and size and SHA-256 of each of ``files``."""
    listed = [
        {"name": name, "bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
    ]
    return as_json({"format": FORMAT, **facts, "files": listed})


def as_json(value: Any) -> bytes:
    """JSON to be read by people too, always written the same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"
