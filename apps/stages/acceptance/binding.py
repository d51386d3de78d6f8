"""What the signatures under a term bind of its record. The rest of it is true of the day of the draft, and stays so."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.hours.classification import Activity

Record = Mapping[str, Any]


class Part(models.TextChoices):
    """A part of the record that binds, by its key there."""

    PARTIES = "parties", _("as partes")
    ROLLOUT = "rollout", _("o objeto e o escopo")
    CONNECTOR = "connector", _("a versão do conector")
    KICKOFF = "kickoff", _("a ficha de integração")
    TRAINING = "training", _("o treinamento")
    HOMOLOGATION = "homologation", _("os resultados e as ressalvas")
    HOURS = "hours", _("as horas")
    WAIVERS = "waivers", _("as dispensas")
    CLAUSES = "clauses", _("as cláusulas")


def bound(record: Record) -> dict[str, Any]:
    """Of ``record`` what the contract binds: the parties, results, reservations, hours by class, clauses.

    It binds companies, not how people are called or where a company receives its mail: names of people and addresses are
    those of the draft. Nor does it need internal work, which costs nobody anything.
    """
    rest = {key: value for key, value in record.items() if key != "people"}
    return {
        **rest,
        "parties": [{name: party[name] for name in party if name != "address"} for party in record.get("parties", [])],
        "waivers": [{name: row[name] for name in row if name != "by"} for row in record.get("waivers", [])],
        "training": [
            {**session, "attendance": len(session.get("attendance", []))} for session in record.get("training", [])
        ],
        "hours": _without_internal_work(record.get("hours", {})),
    }


def changed_parts(before: Record, after: Record) -> list[Part]:
    """What binds and differs between two records, in the order of ``Part``."""
    old, new = bound(before), bound(after)
    different = {key for key in old.keys() | new.keys() if old.get(key) != new.get(key)}
    if "clauses_version" in different:
        different.add(Part.CLAUSES.value)
    return [part for part in Part if part.value in different]


def _without_internal_work(hours: Record) -> dict[str, Any]:
    rows: Iterable[Record] = hours.get("activities", [])
    internal = next((row for row in rows if row["activity"] == Activity.INTERNAL), {})
    totals: Record = hours.get("totals", {})
    return {
        **hours,
        "activities": [row for row in rows if row["activity"] != Activity.INTERNAL],
        "totals": {name: value - internal.get(name, 0) for name, value in totals.items()},
    }
