"""What is signed, billed or sealed reads the same for everybody."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation

from apps.core import clock


@contextmanager
def on_paper() -> Iterator[None]:
    """Within the block words are Portuguese, days and times are those of Presence: whoever reads, in whatever zone."""
    with translation.override("pt-br"), clock.read_in(None):
        yield
