"""What the page of an address shows. A reader of ``core.untrusted.confined``: it knows no settings and no database."""

from dataclasses import asdict
from typing import Any, BinaryIO

from apps.core.untrusted import markup


def read(source: BinaryIO) -> dict[str, Any]:
    """The fields of ``markup.Page``."""
    return asdict(markup.page(source.read()))
