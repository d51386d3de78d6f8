def whole_number(text: str | None) -> int | None:
    """The whole number, 0 or more, that somebody sent: a key, a size, a version. None for what is none.

    At most 18 digits, which every database column takes.
    """
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) <= 18 else None
