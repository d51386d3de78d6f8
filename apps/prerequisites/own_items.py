"""What a project manager changes of a rollout's checklist: items of its own, and the day on which an item is due."""

from datetime import date
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.localized import Localized
from apps.core.refusals import Invalid, Refusal, require
from apps.prerequisites import events, kinds
from apps.prerequisites.models import Prerequisite
from apps.rollouts import gates, timeline
from apps.rollouts.models import Rollout

State = Prerequisite.State


def add(rollout: Rollout, *, by: User, **fields: Any) -> Prerequisite:
    """Ask something that the platform's list does not have; ``fields`` as ``_columns`` takes them.

    Raises ``Invalid`` (422) for a gate that was passed, and for a credential without fields.
    """
    require(by, "prerequisites.manage", rollout)
    with timeline.changing(rollout) as rollout:
        item = Prerequisite(rollout=rollout, is_own=True, **_columns(rollout, **fields))
        existing = list(rollout.prerequisites.values_list("key", "position"))
        item.key = _key(item.title["pt"], {key for key, _position in existing})
        item.position = max((position for _key, position in existing), default=0) + 1
        item.save()
        timeline.record(rollout, events.Added(item=item.title), by)
        return item


def edit(item: Prerequisite, *, by: User, **fields: Any) -> None:
    """Change what is asked, as long as nothing was delivered. Its key stays."""
    require(by, "prerequisites.manage", item)
    with timeline.changing(item.rollout) as rollout:
        item = _own_item(item)
        if item.submissions.exists():
            raise Refusal(_("Já houve entrega deste item; ele não muda mais. Retire-o e crie outro, se for o caso."))
        for name, value in _columns(rollout, **fields).items():
            setattr(item, name, value)
        item.save()
        timeline.record(rollout, events.Edited(item=item.title), by)


def withdraw(item: Prerequisite, *, by: User, reason: str) -> None:
    """Ask an own item no more. It stays in the history with what was delivered."""
    require(by, "prerequisites.manage", item)
    if not reason.strip():
        raise Invalid(_("Diga por que o item não é mais necessário."), field="reason")
    with timeline.changing(item.rollout) as rollout:
        item = _own_item(item)
        item.state = State.WITHDRAWN
        item.since = clock.now()
        item.withdrawn_reason = reason.strip()
        item.save(update_fields=["state", "since", "withdrawn_reason"])
        timeline.record(rollout, events.Withdrawn(item=item.title, reason=item.withdrawn_reason), by)


def set_due(item: Prerequisite, *, by: User, due: date | None, reason: str) -> None:
    """Give one item a day of its own, which stays whatever the plan does; None returns it to the plan's."""
    require(by, "prerequisites.manage", item)
    if not reason.strip():
        raise Invalid(_("Diga por que o prazo muda."), field="reason")
    if due is not None and due < clock.today():
        raise Invalid(_("O prazo não pode estar no passado."), field="due")
    with timeline.changing(item.rollout) as rollout:
        item = Prerequisite.objects.get(pk=item.pk)
        if item.state in (State.ACCEPTED, State.WITHDRAWN):
            raise Refusal(_("Este item não está mais em aberto; o prazo não muda."))
        if item.due_set == due:
            raise Invalid(_("Este já é o prazo do item."), field="due")
        item.due_set, item.due_reason = due, reason.strip() if due else ""
        item.save(update_fields=["due_set", "due_reason"])
        if due is None:
            timeline.record(rollout, events.DueByPlan(item=item.title, reason=reason.strip()), by)
        else:
            timeline.record(rollout, events.DueChanged(item=item.title, date=due, reason=reason.strip()), by)


def _columns(
    rollout: Rollout,
    *,
    title: str,
    help: str = "",
    owner: str,
    gate: str,
    kind: str,
    environment: str = "",
    waivable: bool = False,
    due: date | None = None,
    fields: list[dict[str, Any]] | None = None,
) -> dict[str, Any]:
    """What is asked, as the columns hold it. ``fields`` are a credential's: ``{"label", "secret"}`` each."""
    if not gates.is_ahead(rollout, gate):
        raise Invalid(_("Esta passagem já ficou para trás; escolha uma que o projeto ainda fará."), field="gate")
    return {
        "title": Localized.of(title.strip()),
        "help": Localized.of(help.strip()),
        "owner": owner,
        "gate": gate,
        "kind": kind,
        "environment": environment,
        "waivable": waivable,
        "due_set": due,
        "fields": kinds.CLASSES[kind].own_fields(fields or []),
    }


def _key(title: str, existing_keys: set[str]) -> str:
    stem = f"own-{slugify(title)[:40] or 'item'}"
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in range(1, len(existing_keys) + 2))
    return next(key for key in numbered if key not in existing_keys)


def _own_item(item: Prerequisite) -> Prerequisite:
    item = Prerequisite.objects.get(pk=item.pk)
    if not item.is_own:
        raise Refusal(_("Este item é da lista da plataforma: pode ser dispensado, não mudado nem retirado."))
    if item.state == State.WITHDRAWN:
        raise Refusal(_("Este item já foi retirado."))
    return item
