"""Cells of files that a spreadsheet opens."""

import unicodedata

STARTS_A_FORMULA = "=+-@|"


def harmless(value: object) -> str:
    """The text of ``value``, marked as text where a spreadsheet would take it for a formula: also behind blanks, invisible
    characters or in the wide forms of East Asian keyboards."""
    text = "" if value is None else str(value)
    start = unicodedata.normalize("NFKC", "".join(char for char in text if unicodedata.category(char)[0] != "C"))
    is_formula = start.lstrip().startswith(tuple(STARTS_A_FORMULA)) or text.startswith(("\t", "\r", "\n"))
    return f"'{text}" if is_formula else text
