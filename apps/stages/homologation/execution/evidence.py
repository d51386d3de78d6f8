"""What proves a result: any number of texts, links and files."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.accounts.models import User
from apps.core.network.addresses import require_address
from apps.files import actions as files
from apps.stages.homologation.models import Evidence, Result


@dataclass(frozen=True)
class Proof:
    """Words, an address and files that somebody brings to prove a result; false when there is none of them."""

    text: str
    link: str
    files: list[files.FormFile]

    def __bool__(self) -> bool:
        return bool(self.text or self.link or self.files)


def proof_of(
    *, text: str = "", link: str = "", files: Sequence[files.FormFile] = (), link_field: str = "link"
) -> Proof:
    """What was brought as proof. Raises ``Invalid`` (422), on ``link_field``, for an address that cannot be read."""
    if link.strip():
        require_address(link.strip(), field=link_field)
    return Proof(text.strip(), link.strip(), list(files))


def add(result: Result, proof: Proof, *, by: User, field: str, after: int = 0) -> None:
    """Add ``proof`` behind the ``after`` things that ``result`` has. Raises what ``files.store_all`` raises, on ``field``."""
    stored = files.store_all(files.received(proof.files, by=by, field=field), by=by, field=field)
    rows = [
        *([Evidence(text=proof.text)] if proof.text else []),
        *([Evidence(link=proof.link)] if proof.link else []),
        *(Evidence(file=file) for file in stored),
    ]
    for position, row in enumerate(rows, start=after + 1):
        row.result, row.position = result, position
    Evidence.objects.bulk_create(rows)
