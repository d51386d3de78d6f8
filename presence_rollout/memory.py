"""What a process that serves pages keeps in memory."""

import gc


def keep_what_was_imported() -> None:
    """What was imported stays until the process ends: looking through it again and again takes a twentieth of each page."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
