"""Keep what a person typed until they send it; settle a matter; look at a rollout as a party sees it."""

import json
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole
from apps.core.refusals import Invalid, Refusal, require
from apps.portal.events import ViewedAs
from apps.portal.models import Draft
from apps.portal.queries import Matter
from apps.rollouts import timeline
from apps.rollouts.models import Rollout

DRAFT_LIMIT = 20_000
"""The most characters a draft may hold."""


def keep_draft(matter: Matter, *, by: User, data: dict[str, Any]) -> Draft:
    """Keep ``data`` (field name to text; without NUL, which PostgreSQL does not take) for ``by`` until they send the form.
    Raises ``Invalid`` beyond DRAFT_LIMIT."""
    if sum(len(str(value)) for value in data.values()) > DRAFT_LIMIT:
        raise Invalid(_("O texto é longo demais para o rascunho. Envie-o como arquivo."))
    draft, _created = Draft.objects.update_or_create(
        user=by,
        rollout=matter.rollout,
        requirement=matter.key,
        defaults={"data": json.loads(json.dumps(data).replace("\\u0000", "")), "saved_at": clock.now()},
    )
    return draft


def settle(matter: Matter, *, by: User, **data: Any) -> None:
    """Do what the matter's answer does, and forget the draft. Raises what the room's action raises."""
    if matter.answer is None or matter.answer.act is None:
        raise Refusal(_("Esta pendência se resolve na página do projeto."))
    matter.answer.act(by=by, **data)
    Draft.objects.filter(user=by, rollout=matter.rollout, requirement=matter.key).delete()


def look_as(rollout: Rollout, *, by: User, role: str) -> None:
    """Note on the timeline that a Presence manager looks at ``rollout`` as ``role``; looking changes nothing else."""
    require(by, "rollouts.view_as", rollout)
    if role not in PartyRole.values or role == PartyRole.PRESENCE:
        raise Invalid(_("Escolha o cliente, o integrador ou a plataforma."))
    with timeline.changing(rollout, even_closed=True) as locked:
        timeline.record(locked, ViewedAs(role=PartyRole(role)), by, party=PartyRole.PRESENCE)
