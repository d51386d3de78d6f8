"""What an app lets itself be measured by, as numbers that Prometheus collects (``core.watch.metrics``)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

Values = Mapping[tuple[str, ...], float]
"""The numbers by the values of their labels."""


@dataclass(frozen=True)
class Measure:
    """A number of the installation as it is now, or several by their ``labels``. ``name`` says its unit, and stays for ever:
    dashboards name it. ``values`` asks for it, in a query or two. Labels are kinds and states, never people, companies,
    addresses or numbers of projects."""

    name: str
    text: str
    values: Callable[[], Values]
    labels: Sequence[str] = ()
