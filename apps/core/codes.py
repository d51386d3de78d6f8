"""Codes of verification, read aloud or typed from paper: groups of four, in which no letter is taken for another."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's."""
_CONFUSED = str.maketrans("OIL", "011")


def written(characters: str) -> str:
    """``1A2B3C4D5E6F`` as ``1A2B-3C4D-5E6F``."""
    return "-".join(characters[start : start + 4] for start in range(0, len(characters), 4))


def typed(code: str) -> str:
    """The characters of ``code`` however it was typed: without what stands between them, O as 0, I and L as 1."""
    return "".join(character for character in code.upper().translate(_CONFUSED) if character.isalnum())
