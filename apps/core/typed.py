"""What people type, before it is read as a number: one form of the many in which the same letters come."""

import unicodedata

_MARKS = str.maketrans({"’": "'", "′": "'", "‘": "'", "´": "'", "–": "-", "—": "-", "−": "-", "‑": "-"})


def plain(text: str) -> str:
    """``text`` in small letters with single blanks, digits of every script as 0 to 9, and one kind of apostrophe and dash."""
    folded = unicodedata.normalize("NFKC", text).translate(_MARKS).lower()
    digits = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in folded)
    return " ".join(digits.split())
