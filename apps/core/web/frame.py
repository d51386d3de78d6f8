"""What apps above show on every page, above its content, so that this app need not know them."""

from collections.abc import Callable

from django.http import HttpRequest

Part = Callable[[HttpRequest], str]
_parts: dict[str, Part] = {}


def add_part(name: str, part: Part) -> None:
    """``part`` gives HTML for a request with a person, or nothing."""
    _parts[name] = part


def parts(request: HttpRequest) -> list[str]:
    """The HTML of every part for ``request``, in the order in which they were added."""
    return [part(request) for part in _parts.values()]
