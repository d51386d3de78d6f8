"""What was agreed at the kickoff is set right after it, and taken over by the phase that follows."""

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.localized import Localized
from apps.core.process import Stage
from apps.core.refusals import Invalid, Refusal, require, stated
from apps.rollouts import timeline
from apps.rollouts.actions import settle_integration_model
from apps.rollouts.models import Rollout
from apps.stages.kickoff import events
from apps.stages.kickoff.models import AgreedMethod, Kickoff, Row
from apps.stages.kickoff.sheets import ACTIONS, DECISIONS, FIELDS

CORRECTED_IN = (Stage.DEVELOPMENT, Stage.TRAINING, Stage.HOMOLOGATION, Stage.ACCEPTANCE)
"""The stages in which the model may still be corrected: after the kickoff, before the go-live."""


def correct_model(kickoff: Kickoff, *, by: User, model: str, model_note: str = "", reason: str) -> None:
    """Choose another of the integration models on offer after the kickoff; the minutes stay as they were published.

    Raises ``Refusal`` (409) in the kickoff itself, where it is chosen, and from the go-live on; ``Invalid`` (422) without a
    reason and for the model that stands.
    """
    require(by, "rollouts.correct", kickoff)
    reason = stated(reason)
    with timeline.changing(kickoff.rollout) as rollout:
        if rollout.stage not in CORRECTED_IN:
            raise Refusal(
                _("O modelo se corrige entre a reunião inaugural e a entrada em produção; o projeto está em %(stage)s.")
                % {"stage": rollout.get_stage_display()}
            )
        kickoff = Kickoff.objects.get(pk=kickoff.pk)
        chosen = next((offer for offer in kickoff.offered_models if offer["key"] == model), None)
        if chosen is None:
            raise Invalid(_("Escolha um dos modelos da lista."), field="model")
        if model == kickoff.model:
            raise Invalid(_("Este já é o modelo do projeto."), field="model")
        kickoff.model, kickoff.model_note = model, model_note
        kickoff.save(update_fields=["model", "model_note"])
        title = Localized.of(chosen["title"])
        settle_integration_model(rollout, model, title)
        timeline.record(rollout, events.ModelCorrected(model=title, reason=reason), by)


def copy_worksheet(following: Rollout, rollout: Rollout) -> None:
    """The phase that follows begins with the model, the methods and the worksheet of ``rollout`` as they stand; what was to
    be done (the sheet of actions) is not taken over. Nothing where the kickoff of either is missing."""
    before = Kickoff.objects.filter(rollout=rollout).first()
    kickoff = Kickoff.objects.filter(rollout=following).first()
    if before is None or kickoff is None:
        return
    if before.model in {offer["key"] for offer in kickoff.offered_models}:
        kickoff.model, kickoff.model_note = before.model, before.model_note
        kickoff.save(update_fields=["model", "model_note"])
        settle_integration_model(following, before.model, rollout.integration_model_title)
    methods = _agree_the_same_methods(kickoff, before)
    _keep_topics(kickoff, before)
    laid_out = {(row.sheet, row.key): row for row in kickoff.rows.exclude(key="").filter(method=None)}
    rows = before.rows.filter(removed_at=None).exclude(sheet=ACTIONS.key).select_related("method")
    new, changed = [], []
    for row in rows:
        if row.key and (counterpart := laid_out.get((row.sheet, row.key))):
            counterpart.cells = row.cells
            changed.append(counterpart)
        elif row.sheet != FIELDS.key or (row.method and row.method.code in methods):
            method = methods[row.method.code] if row.method else None
            new.append(
                Row(
                    kickoff=kickoff,
                    sheet=row.sheet,
                    method=method,
                    topic=row.topic,
                    key=row.key,
                    title=row.title,
                    position=row.position,
                    cells=row.cells,
                )
            )
    Row.objects.bulk_update(changed, ["cells"])
    Row.objects.bulk_create(new)


def copy_worksheet_of_another(rollout: Rollout, source: Rollout) -> None:
    """The same, of a rollout that is prepared from another: what was decided there was decided by others."""
    copy_worksheet(rollout, source)
    Row.objects.filter(kickoff__rollout=rollout, sheet=DECISIONS.key).delete()


def _agree_the_same_methods(kickoff: Kickoff, before: Kickoff) -> dict[str, AgreedMethod]:
    """Those that both catalogues have, by their code."""
    codes = list(before.methods.filter(agreed=True).values_list("code", flat=True))
    agreed = kickoff.methods.filter(code__in=codes)
    agreed.update(agreed=True)
    return {method.code: method for method in agreed}


def _keep_topics(kickoff: Kickoff, before: Kickoff) -> None:
    """The topics of the rows of data that today's catalogue has no more stay, for the rows that stand under them."""
    keys = {topic["key"] for topic in kickoff.topics}
    kickoff.topics = [*kickoff.topics, *(topic for topic in before.topics if topic["key"] not in keys)]
    kickoff.save(update_fields=["topics"])
