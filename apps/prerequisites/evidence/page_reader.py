"""What the page of an address says of itself. A reader of ``core.confined``: it knows no settings and no database."""

from dataclasses import asdict
from typing import Any, BinaryIO

from apps.core.untrusted import markup


def read(source: BinaryIO) -> dict[str, Any]:
    """The fields of ``markup.Page``."""
    return asdict(markup.page(source.read()))
