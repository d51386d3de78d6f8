from collections import Counter
from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.blueprints.catalogues import content
from apps.core.process import Gate, PartyRole, Stage
from apps.rollouts import registry
from apps.rollouts.gates import Requirement, requires, welcomes
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.models import Nonconformity, Script
from apps.stages.homologation.script import catalogue

# Of a process with more cases than these that were never run, one requirement stands for all of them.
MOST_LISTED_CASES = 3


@registry.on_start
def copy_the_script(rollout: Rollout) -> None:
    blueprint = content.script()
    script = Script.objects.create(
        rollout=rollout,
        version=blueprint.version,
        title=blueprint.title,
        processes=[{"key": process.key, "title": process.title} for process in blueprint.processes],
    )
    catalogue.copy_cases(script, blueprint)


@requires(Gate.START_HOMOLOGATION)
def script_is_frozen(rollout: Rollout) -> Iterator[Requirement]:
    script = queries.script_of(rollout)
    if script is None or script.frozen_at is None:
        yield Requirement(
            key="homologation:script",
            text=_("Escolher e congelar o roteiro de homologação"),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]) + "#roteiro",
        )


@requires(Gate.START_ACCEPTANCE)
def every_binding_case_is_settled(rollout: Rollout) -> Iterator[Requirement]:
    script = queries.script_of(rollout)
    if script is None:
        return
    url = reverse("homologation:room", args=[rollout.pk])
    for process in queries.processes(script, bare=True):
        pending = [status for status in process.cases if not status.is_settled]
        untouched = [status for status in pending if status.latest is None and status.reservation is None]
        if len(untouched) > MOST_LISTED_CASES:
            yield Requirement(
                key=f"homologation:process:{process.key}",
                text=_("%(process)s: executar %(count)d casos") % {"process": process.title, "count": len(untouched)},
                owed_by=PartyRole.PRESENCE,
                since=rollout.stage_entered_at,
                url=f"{url}#processo-{process.key}",
            )
            pending = [status for status in pending if status not in untouched]
        for status in pending:
            yield _case_requirement(rollout, status, url)


def _case_requirement(rollout: Rollout, status: queries.CaseStatus, url: str) -> Requirement:
    case = status.case
    uncorrected = next((row for row in status.nonconformities if row.state == Nonconformity.State.OPEN), None)
    if uncorrected is not None and status.reservation is None:
        return _correction_requirement(rollout, uncorrected)
    text, owed_by, since = _("Executar %(case)s"), PartyRole.PRESENCE.value, rollout.stage_entered_at
    anchor = f"{url}#caso-{case.code}"
    review = False
    if status.reservation is not None:
        text = _("Acordar a ressalva de %(case)s")
        owed_by = PartyRole.PRESENCE if status.reservation.client_agreed_by_id else PartyRole.CLIENT
        since = status.reservation.proposed_at
        review = True
    elif status.awaits_confirmation and status.latest is not None:
        text, since, review = _("Confirmar que %(case)s passou"), status.latest.at, True
        anchor = reverse("homologation:case", args=[rollout.pk, case.code]) + "#historico"
    elif status.latest is not None:
        text, since = _("Executar %(case)s de novo"), status.latest.at
    return Requirement(
        key=f"homologation:case:{case.code}",
        text=text % {"case": case},
        owed_by=owed_by,
        since=since,
        url=anchor,
        review=review,
    )


@requires(Gate.START_ACCEPTANCE)
def no_blocking_nonconformity_is_open(rollout: Rollout) -> Iterator[Requirement]:
    for nonconformity in _blocking(rollout):
        yield _correction_requirement(rollout, nonconformity)


def _correction_requirement(rollout: Rollout, nonconformity: Nonconformity) -> Requirement:
    """What a nonconformity asks: its owner corrects it, then Presence verifies it."""
    fixed = nonconformity.state == Nonconformity.State.FIXED
    text = _("Verificar a correção da %(label)s (%(case)s)") if fixed else _("Corrigir a %(label)s (%(case)s)")
    return Requirement(
        key=f"homologation:nonconformity:{nonconformity.number}",
        text=text % {"label": nonconformity.label, "case": nonconformity.case.code},
        owed_by=PartyRole.PRESENCE if fixed else nonconformity.owner,
        since=nonconformity.since,
        due=None if fixed else nonconformity.due,
        url=reverse("homologation:nonconformity", args=[rollout.pk, nonconformity.number]),
        review=fixed,
    )


@welcomes
def corrections_and_cases_to_run(rollout: Rollout) -> Iterator[Requirement]:
    """Every nonconformity that is not verified, blocking or not, and the open round's cases, which the integrator runs
    with the others."""
    for nonconformity in rollout.nonconformities.exclude(state=Nonconformity.State.VERIFIED).select_related("case"):
        yield _correction_requirement(rollout, nonconformity)
    script = queries.script_of(rollout)
    if script is None or rollout.stage != Stage.HOMOLOGATION:
        return
    cases = list(queries.to_run(script))
    round_ = queries.open_round(script)
    if round_ and cases:
        yield Requirement(
            key=f"homologation:round:{round_.number}",
            text=ngettext("Executar %(count)d caso da %(round)s", "Executar %(count)d casos da %(round)s", len(cases))
            % {"count": len(cases), "round": str(round_).lower()},
            owed_by=PartyRole.INTEGRATOR,
            since=round_.opened_at,
            url=reverse("homologation:case", args=[rollout.pk, cases[0].code]),
        )


@requires(Gate.RETURN_TO_DEVELOPMENT)
def blocking_nonconformity_is_open(rollout: Rollout) -> Iterator[Requirement]:
    if not _blocking(rollout):
        yield Requirement(
            key="homologation:nothing_blocking",
            text=_("Só se devolve ao desenvolvimento com uma não conformidade impeditiva aberta"),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]),
        )


def _blocking(rollout: Rollout) -> list[Nonconformity]:
    return list(
        rollout.nonconformities.filter(severity=Nonconformity.Severity.BLOCKING)
        .exclude(state=Nonconformity.State.VERIFIED)
        .select_related("case")
    )


def summary(rollout: Rollout) -> Iterator[registry.Fact]:
    script = queries.script_of(rollout)
    if script is None:
        return
    if script.frozen_at is None:
        yield registry.Fact(_("Roteiro"), _("a congelar"), "warning" if rollout.stage == Stage.TRAINING else "neutral")
        return
    statuses = [status for status in queries.case_statuses(script, bare=True) if status.case.is_binding]
    settled = sum(status.is_settled for status in statuses)
    yield registry.Fact(
        _("Casos obrigatórios"), f"{settled}/{len(statuses)}", "success" if settled == len(statuses) else "neutral"
    )
    states = Counter(rollout.nonconformities.exclude(state="verified").values_list("severity", flat=True))
    if total := sum(states.values()):
        yield registry.Fact(_("Não conformidades abertas"), str(total), "danger" if states["blocking"] else "warning")


registry.add_room(
    registry.Room(
        key="homologation",
        title=gettext_lazy("Homologação"),
        icon="clipboard-check",
        url_name="homologation:room",
        summary=summary,
        stage=Stage.HOMOLOGATION,
        position=50,
    )
)
