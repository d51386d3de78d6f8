"""Judges a PDF that was signed elsewhere. A program of its own: it is given no environment and reaches no database, and
limits itself before it reads the file, so that a hostile one ends this process and nothing else.

python examiner.py FOLDER DOCUMENT SINCE AT    prints as JSON what ``outside.judge`` says of FOLDER/file.pdf, whose first
                                               DOCUMENT bytes are the term's own; FOLDER/roots and others are certificates
                                               that it goes by, FOLDER/crls, ocsps and requests what was asked of
                                               revocations, SINCE and AT instants (ISO 8601)
"""

import json
import resource
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

MEMORY = 1024 * 1024 * 1024
CPU_SECONDS = 30
"""A term of 150 pages takes about three."""
HOUSE = Path(__file__).resolve().parents[4]


def limit() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def examine(name: str, document: str, since: str, at: str) -> dict[str, Any]:
    from apps.seals.pem import certificates_in
    from apps.stages.acceptance.certificates import outside, revocation

    folder = Path(name)
    trust = outside.SignatureTrust(
        roots=[certificate for content in _files(folder / "roots") for certificate in certificates_in(content)],
        others=[certificate for content in _files(folder / "others") for certificate in certificates_in(content)],
        since=datetime.fromisoformat(since),
        at=datetime.fromisoformat(at),
    )
    for content in _files(folder / "crls"):
        try:
            trust.crls.append(outside.revocation_list(content))
        except ValueError:  # Then it was not asked, which is said.
            continue
    for content, request in zip(_files(folder / "ocsps"), _files(folder / "requests"), strict=True):
        try:
            trust.ocsps.append(revocation.answer(content, request))
        except ValueError:
            continue
    return outside.judge((folder / "file.pdf").read_bytes(), document=int(document), trust=trust)


def _files(folder: Path) -> Iterator[bytes]:
    for path in sorted(folder.iterdir()):
        yield path.read_bytes()


if __name__ == "__main__":
    limit()
    sys.path.insert(0, str(HOUSE))
    sys.stdout.write(json.dumps(examine(*sys.argv[1:])))
