"""What a TOML file holds. A reader of ``core.untrusted.confined``, since nested keys and lists make its library slow."""

import tomllib
from typing import Any, BinaryIO


def read(source: BinaryIO) -> dict[str, Any]:
    """``content``; or ``error``, where the file is no TOML and why, as the library says it (English)."""
    try:
        return {"content": tomllib.loads(source.read().decode())}
    except tomllib.TOMLDecodeError as error:
        return {"error": str(error)[:300]}
