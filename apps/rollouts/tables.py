"""What the pages of a rollout list of the rollout itself, as files: its timeline, and what is open."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from apps.core import canonical
from apps.core.exports.tables import Column, Export, Kind
from apps.core.process import Gate, PartyRole
from apps.rollouts import queries
from apps.rollouts.models import Rollout

EVENTS = (
    Column("number", _("Evento"), Kind.NUMBER, width=9),
    Column("at", _("Quando"), Kind.INSTANT),
    Column("party", _("Pela parte"), labels=dict(PartyRole.choices), width=14),
    Column("who", _("Quem"), width=24),
    Column("what", _("O que"), width=70, wraps=True),
    Column("holder", _("Bola com"), labels=dict(PartyRole.choices), width=14),
    Column("kind", for_importers=True),
)
OPEN_REQUIREMENTS = (
    Column("text", _("Pendência"), width=50, wraps=True),
    Column("gate", _("Espera por ela"), labels=dict(Gate.choices), width=30, wraps=True),
    Column("owed_by", _("De quem"), labels=dict(PartyRole.choices), width=14),
    Column("since", _("Desde"), Kind.INSTANT),
    Column("due", _("Prazo"), Kind.DAY),
    Column("key", for_importers=True),
)


def timeline(rollout: Rollout, _narrowed_by: Mapping[str, str]) -> Export:
    """Every event of ``rollout``, from the first; what happened as the page says it, in the reader's language."""
    rows = [
        {
            "number": event.sequence,
            "at": canonical.instant(event.at),
            "party": event.party,
            "who": event.who,
            "what": event.describe(),
            "holder": event.holder,
            "kind": event.kind,
        }
        for event in rollout.events.select_related("actor").order_by("sequence")
    ]
    return Export(f"{rollout.code}-historico", EVENTS, rows, sheet=_("Histórico"), title=_("Histórico do projeto"))


def open_requirements(rollout: Rollout, _narrowed_by: Mapping[str, str]) -> Export:
    """What is open in ``rollout``, in the order of its page."""
    rows = [
        {
            "text": str(item.text),
            "gate": item.gate,
            "owed_by": item.owed_by,
            "since": canonical.instant(item.since),
            "due": item.due.isoformat() if item.due else None,
            "key": item.key,
        }
        for item in queries.open_requirements(rollout)
        if item.waiver_id is None
    ]
    return Export(
        f"{rollout.code}-pendencias", OPEN_REQUIREMENTS, rows, sheet=_("Pendências"), title=_("Pendências do projeto")
    )
