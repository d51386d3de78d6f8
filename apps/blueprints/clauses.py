"""Who a clause of the acceptance term may name: four words in braces, and nothing else between braces."""

import re
from collections.abc import Mapping

PARTIES = ("client", "presence", "platform", "integrator")
"""``{client}`` and so on stand for the names of the project's companies and of its platform."""

_PARTY = re.compile("{(" + "|".join(PARTIES) + ")}")
_BRACES = re.compile(r"{[^{}]*}|[{}]")


def filled(text: str, names: Mapping[str, str]) -> str:
    """``text`` with the names of the parties, each put in once.

    Everything else stays as it is written: no attribute is looked up, no lone brace is an error, and braces in a name
    stay a name. ``names`` has all of ``PARTIES``.
    """
    return _PARTY.sub(lambda found: names[found[1]], text)


def strange(text: str) -> list[str]:
    """What stands in braces in ``text`` and is none of ``PARTIES``, or a brace alone, in the order of the text."""
    return _BRACES.findall(_PARTY.sub("", text))
