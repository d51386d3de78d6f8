"""Sentences that end with what somebody wrote, who may have put a full stop there already."""

import re

ENDS = ".!?…:;"
"""After one of these no full stop is put."""
DOUBLED_STOP = re.compile(r"((?:\.{3}|[!?…]|(?<!\.)\.)[”\"»']?)\.(?=\s|$)")


def with_stop(text: str) -> str:
    """``text`` with a full stop at its end, unless it ends with a mark already."""
    text = text.rstrip()
    return text if not text or text[-1] in ENDS else f"{text}."


def without_doubled_stops(text: str) -> str:
    """``text`` without the full stops that follow another final mark: ``Motivo: falta o frete..`` loses one of its two."""
    return DOUBLED_STOP.sub(r"\1", text)
