"""What is in doubt when a month is closed: kept as keys and values, worded in the language of whoever reads it.

A warning is plain JSON: ``warning`` is one of ``SENTENCES`` and the rest are the values that its sentence names (minutes,
numbers, keys). ``rollout`` is the code of the rollout, where a client's month is closed over several.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.core import minutes
from apps.hours.classification import Activity

Warning = dict[str, Any]

NEGATIVE_TOTAL = "negative_total"
PAST_THE_END = "past_the_end"
UNAPPROVED = "unapproved"
CONTESTED = "contested"

SENTENCES = {
    NEGATIVE_TOTAL: _("O total do mês é negativo: o fechamento dá crédito ao cliente."),
    PAST_THE_END: _("O apontamento %(number)s passa da meia-noite do fim do mês e fica neste mês, em que começou."),
    UNAPPROVED: _("Apontamento %(number)d, %(activity)s: %(duration)s sem aprovação do cliente"),
    CONTESTED: _("Apontamento %(number)d: contestado pelo cliente (contestação %(contest)d)"),
}


def describe(warning: Mapping[str, Any]) -> str:
    """The sentence of ``warning`` in the reader's language."""
    values = dict(warning)
    if "activity" in values:
        values["activity"] = Activity(values["activity"]).label
    if "minutes" in values:
        values["duration"] = minutes.show(values["minutes"])
    sentence = str(SENTENCES[values["warning"]] % values)
    return f"{values['rollout']}: {sentence}" if "rollout" in values else sentence
