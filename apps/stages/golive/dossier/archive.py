"""A dossier as a file: a ZIP with one way of being written, so that the same files give the same bytes.

Nothing is compressed, names are in order, dates and rights are fixed. Who verifies writes the files again and compares: a
changed byte outside of them shows as well. The manifest lists every file, and Presence's seal lies beside it.
"""

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping

from apps.core import canonical

MANIFEST = "manifest.json"
SEAL = "manifest.p7s"
"""The seal of the manifest (CMS, detached). The manifest cannot list it."""
README = "README.txt"
TIMELINE = "historico/timeline.json"
ANCHOR = "historico/ancora.json"
RESULTS = "homologacao/resultados.json"
INCIDENTS, WINDOWS, RELEASE = "producao/incidentes.json", "producao/janelas.json", "producao/liberacao.json"
STATEMENTS, TERM = "fechamentos/", "termo/"
UNSEALED, FORMAT = 1, 2
"""Of dossiers made before the manifest was sealed, and of those made now."""
WHOLE_DOSSIER, SHARED_DOSSIER = "whole", "shared"
WITHHELD = "hours."
"""In the shared dossier, of the events of these kinds only hashes, instant and holder stand: they tell what hours cost."""
FACTS = ("project", "edition", "variant", "events", "head", "term")
SEALED_FACTS = (*FACTS, "withheld", "term_sha256", "anchor", "seal")
"""What a manifest says besides its files, by its format."""
LARGEST = 2 * 1024**3
MOST_FILES = 10_000
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}(?:/[A-Za-z0-9][A-Za-z0-9 ._-]{0,99}){0,3}")


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
    """The files of a ZIP that ``written`` wrote. Raises ``ValueError`` for what is compressed, named twice or strangely, or
    larger inside than outside, and what ``zipfile`` raises for what is no ZIP."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise ValueError("it holds too many files")
        if any(entry.compress_type != zipfile.ZIP_STORED for entry in entries):
            raise ValueError("something in it is compressed")
        if sum(entry.file_size for entry in entries) > len(content):
            raise ValueError("its files are larger than itself")
        if any(not NAME.fullmatch(entry.filename) for entry in entries):
            raise ValueError("a file in it has a name that none of ours has")
        if len({entry.filename for entry in entries}) != len(entries):
            raise ValueError("a file stands in it twice")
        return {entry.filename: archive.read(entry) for entry in entries}


def manifest(files: Mapping[str, bytes], *, format: int = FORMAT, **facts: object) -> bytes:
    """What the archive holds: ``facts``, and size and SHA-256 of each of ``files``."""
    listed = [
        {"name": name, "bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
        for name in sorted(files)
    ]
    return canonical.readable({"format": format, **facts, "files": listed})
