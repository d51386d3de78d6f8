"""What a TOML file holds. A reader of ``core.untrusted.confined``, since nested keys and lists make its library slow."""

import re
import tomllib
from typing import Any, BinaryIO

_LINE = re.compile(r"at line (\d+)")


def read(source: BinaryIO) -> dict[str, Any]:
    """``content``; or ``line``, the number of the one (from 1) where the file stops being TOML, None for its end."""
    text = source.read().decode()
    try:
        return {"content": tomllib.loads(text)}
    except tomllib.TOMLDecodeError as error:
        line = _LINE.search(str(error))
        return {"line": int(line[1]) if line else None}
