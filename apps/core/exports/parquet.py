"""Tables as Parquet files, which keep the type of each column: for Power BI and other programs that analyse."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any

FIRST_DAY = date(1970, 1, 1)
FIRST_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class Type(Enum):
    """What a column holds: text, a whole number (64 bits), a number with decimals (64 bits, binary), a day, or an
    instant (microseconds, UTC). Each may be null."""

    TEXT = "text"
    WHOLE_NUMBER = "whole number"
    DECIMAL = "decimal"
    DAY = "day"
    INSTANT = "instant"


def content(columns: Sequence[tuple[str, Type, Iterable[object]]]) -> bytes:
    """The file with ``columns``, each as its name, its type and its values in the order of the rows: text, ``int``,
    ``float``, ``date`` and aware ``datetime``, or None where there is none. The types stand there without rows too."""
    # Here, since nothing else needs them: docs/decisions/0034-parquet.md.
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    arrays: dict[str, Any] = {}
    for name, column_type, values in columns:
        match column_type:
            case Type.TEXT:
                arrays[name] = Array(list(values), DataType.string())
            case Type.WHOLE_NUMBER:
                arrays[name] = Array(list(values), DataType.int64())
            case Type.DECIMAL:
                arrays[name] = Array(list(values), DataType.float64())
            case Type.DAY:
                days = [(value - FIRST_DAY).days if isinstance(value, date) else None for value in values]
                arrays[name] = Array(days, DataType.int32()).cast(DataType.date32())
            case Type.INSTANT:
                instants = [
                    (value - FIRST_INSTANT) // MICROSECOND if isinstance(value, datetime) else None for value in values
                ]
                arrays[name] = Array(instants, DataType.int64()).cast(DataType.timestamp("us", tz="UTC"))
    out = io.BytesIO()
    write_parquet(Table.from_pydict(arrays), out, compression="snappy", skip_arrow_metadata=True)
    return out.getvalue()
