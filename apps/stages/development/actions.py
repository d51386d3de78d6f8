"""The integrator gives a date, reports progress and declares the connector delivered."""

from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core import clock
from apps.core.process import PartyRole, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.rollouts import planning, timeline
from apps.rollouts.actions import keep_connector_version
from apps.rollouts.models import Rollout
from apps.stages.development import events, queries
from apps.stages.development.models import Delivery, DueDate, ProgressNote

BEFORE_DELIVERY = (Stage.KICKOFF, Stage.DEVELOPMENT)
DELIVERED_IN = (Stage.DEVELOPMENT, Stage.HOMOLOGATION, Stage.ACCEPTANCE, Stage.GO_LIVE)
"""The stages in which a version of the connector is delivered."""


def set_due_date(rollout: Rollout, *, by: User, date: date, reason: str = "") -> DueDate:
    """Give the delivery date, or change it with a reason. Raises ``Invalid`` for a past date or a missing reason."""
    require(by, "development.report", rollout)
    with timeline.changing(rollout) as rollout:
        if rollout.stage not in BEFORE_DELIVERY:
            raise Refusal(_("O desenvolvimento já terminou; o prazo não muda mais."))
        if date < clock.today():
            raise Invalid(_("O prazo não pode estar no passado."), field="date")
        before = queries.due_date(rollout)
        if before and before.date == date:
            raise Invalid(_("Este já é o prazo atual."), field="date")
        if before and not reason.strip():
            raise Invalid(_("Diga por que o prazo mudou."), field="reason")
        due = DueDate.objects.create(rollout=rollout, date=date, reason=reason.strip(), given_by=by)
        planning.ready_on(rollout, date)
        if before:
            changed = events.DateChanged(before=before.date, date=date, reason=due.reason)
            timeline.record(rollout, changed, by, party=PartyRole.INTEGRATOR)
        else:
            timeline.record(rollout, events.DateGiven(date=date), by, party=PartyRole.INTEGRATOR)
        return due


def log_progress(rollout: Rollout, *, by: User, percent: int, text: str) -> ProgressNote:
    """Report how far the connector is (0 to 100); only while the rollout is in development."""
    require(by, "development.report", rollout)
    with timeline.changing(rollout) as rollout:
        _refuse_outside_development(rollout)
        if not 0 <= percent <= 100:
            raise Invalid(_("Informe de 0 a 100."), field="percent")
        note = ProgressNote.objects.create(rollout=rollout, percent=percent, text=text, written_by=by)
        progress = events.Progress(percent=percent, text=text)
        timeline.record(rollout, progress, by, party=PartyRole.INTEGRATOR)
        return note


def declare_delivery(rollout: Rollout, *, by: User, version: str, notes: str, limitations: str = "") -> Delivery:
    """Declare a version delivered: in development, or a newer one in homologation, acceptance and go-live. A version is
    delivered once; after a return to development a new one is due."""
    require(by, "development.report", rollout)
    with timeline.changing(rollout) as rollout:
        if rollout.stage not in DELIVERED_IN:
            raise Refusal(
                _("O projeto está em %(stage)s; uma versão se entrega no desenvolvimento, na homologação, no termo de aceite "
                  "ou na entrada em produção.")
                % {"stage": rollout.get_stage_display()}
            )  # fmt: skip
        if rollout.deliveries.filter(version=version).exists():
            raise Invalid(
                _("A versão %(version)s já foi entregue. Dê outro número.") % {"version": version}, field="version"
            )
        if not notes.strip():
            raise Invalid(_("Descreva o que esta versão traz."), field="notes")
        delivery = Delivery.objects.create(
            rollout=rollout, version=version, notes=notes, limitations=limitations, declared_by=by
        )
        keep_connector_version(rollout, version)
        timeline.record(rollout, events.Delivered(version=version), by, party=PartyRole.INTEGRATOR)
        return delivery


def _refuse_outside_development(rollout: Rollout) -> None:
    if rollout.stage != Stage.DEVELOPMENT:
        raise Refusal(
            _("O projeto está em %(stage)s; isto só se faz no desenvolvimento.")
            % {"stage": rollout.get_stage_display()}
        )
