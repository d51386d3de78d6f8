"""One way to write a record as bytes, so that equal records have equal hashes."""

import hashlib
import json
from datetime import UTC, datetime


def dumps(value: object) -> bytes:
    """Canonical JSON: sorted keys, no spaces, UTF-8. Only JSON types are accepted (TypeError otherwise)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def readable(value: object) -> bytes:
    """JSON to be read by people too, always written the same."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False).encode() + b"\n"


def sha256(value: object) -> str:
    """Hex SHA-256 of the canonical form."""
    return hashlib.sha256(dumps(value)).hexdigest()


def instant(value: datetime) -> str:
    """An aware instant as ISO 8601 in UTC with microseconds, as it stands in hashed records."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")
