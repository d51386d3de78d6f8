"""Names of files: what somebody called a file as it is kept and shown, and as it goes out with a download."""

import unicodedata

from django.utils.http import content_disposition_header

LONGEST = 180
"""Characters, as many as the columns take."""
LONGEST_IN_BYTES = 240
"""In UTF-8: file systems take 255."""
NAMELESS = "arquivo"
_FORBIDDEN = dict.fromkeys(map(ord, '<>:"|?*'), "_")
_RESERVED = {
    "con",
    "prn",
    "aux",
    "nul",
    *(f"{device}{number}" for device in ("com", "lpt") for number in "0123456789¹²³"),
}
_JOINERS = "\u200c\u200d"


def tidy(name: object) -> str:
    """``name`` as it is kept, shown and sent: without folders, without characters that cannot be seen or that turn the
    direction of writing (``relatório‮fdp.exe``), nothing that a computer cannot store, and short enough with its ending.

    It is never empty, and tidying it again changes nothing.
    """
    last = str(name or "").replace("\\", "/").rstrip("/").rpartition("/")[2]
    visible = "".join(_visible(char) for char in unicodedata.normalize("NFC", last))
    stem = " ".join(visible.translate(_FORBIDDEN).split()).rstrip(". ")
    if not stem.strip("._ "):
        return NAMELESS
    if stem.partition(".")[0].rstrip().casefold() in _RESERVED:
        stem = f"_{stem}"
    return _short(stem)


def attached(name: object) -> str:
    """The value of ``Content-Disposition`` for a download called ``name``, whatever it was called when it was stored."""
    return content_disposition_header(True, tidy(name)) or "attachment"


def _visible(char: str) -> str:
    category = unicodedata.category(char)
    if category in ("Zs", "Zl", "Zp") or char in "\t\r\n\v\f\x85":
        return " "
    return "" if category in ("Cc", "Cf", "Cs", "Co", "Cn") and char not in _JOINERS else char


def _short(name: str) -> str:
    """``name`` cut before its ending, if it is too long."""
    if len(name) <= LONGEST and len(name.encode()) <= LONGEST_IN_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending.encode()) > 20:
        stem, dot, ending = name, "", ""
    stem = stem[: LONGEST - len(dot + ending)]
    room = LONGEST_IN_BYTES - len((dot + ending).encode())
    stem = stem.encode()[:room].decode(errors="ignore").rstrip(". ")
    return f"{stem}{dot}{ending}" if stem else NAMELESS
