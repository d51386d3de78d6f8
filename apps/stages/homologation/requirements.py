from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.localized import both
from apps.core.process import Gate, PartyRole, Stage
from apps.core.requirements import Answer, Requirement, asked_once, requirement
from apps.core.web.forms import ConfirmForm
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import reservations
from apps.stages.homologation.models import Nonconformity
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.nonconformities.forms import FixForm

MOST_LISTED_CASES = 3
"""Of a process with more cases than these that were never run, one requirement stands for all of them."""


_script = asked_once(queries.script_of)


@requirement("homologation:script", Gate.START_HOMOLOGATION)
def script_is_frozen(rollout: Rollout) -> Iterator[Requirement]:
    script = _script(rollout)
    if script is None or script.frozen_at is None:
        yield Requirement(
            key="homologation:script",
            text=both(_("Escolher e congelar o roteiro de homologação")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]) + "#roteiro",
        )


# --- Cases ----------------------------------------------------------------------------------------------


@requirement("homologation:process", Gate.START_ACCEPTANCE)
def processes_are_run(rollout: Rollout) -> Iterator[Requirement]:
    """One requirement for all cases of a process that were never run, where they are many."""
    script = _script(rollout)
    if script is None:
        return
    url = reverse("homologation:room", args=[rollout.pk])
    cases_by_process = _processes_never_run(rollout)
    for process in queries.process_list(script):
        if process.key in cases_by_process:
            count = len(cases_by_process[process.key])
            yield Requirement(
                key=f"homologation:process:{process.key}",
                text=both(_("%(process)s: executar %(count)d casos"), process=process.title, count=count),
                owed_by=PartyRole.PRESENCE,
                since=rollout.stage_entered_at,
                url=f"{url}#processo-{process.key}",
            )


def answer_to_a_reservation(rollout: Rollout, code: str) -> Answer | None:
    reservation = rollout.reservations.filter(case__code=code, withdrawn_at=None, agreed_at=None).first()
    if reservation is None:
        return None
    return Answer(
        button=_("Concordo com a ressalva"),
        icon="handshake",
        permission="homologation.agree_for_client",
        subject=reservation,
        make_form=ConfirmForm,
        act=lambda **data: reservations.agree(reservation, **data),
        help=_("O caso segue para o termo de aceite sem ter passado, com esta ressalva: “%(text)s”. Prazo: %(when)s.")
        % {"text": reservation.text, "when": date_format(reservation.deadline, "SHORT_DATE_FORMAT")},
    )


@requirement("homologation:case", Gate.START_ACCEPTANCE, answer=answer_to_a_reservation)
def cases_are_settled(rollout: Rollout) -> Iterator[Requirement]:
    """Every case that the gate asks for has passed or has an agreed reservation. One that stands under its process, or waits
    for a correction, is not named a second time."""
    script = _script(rollout)
    if script is None:
        return
    under_their_process = {pk for cases in _processes_never_run(rollout).values() for pk in cases}
    for status in queries.case_statuses(script, bare=True, without=under_their_process):
        if not (status.is_settled or _waits_for_correction(status)):
            yield _case_requirement(rollout, status)


@asked_once
def _processes_never_run(rollout: Rollout) -> dict[str, set[int]]:
    """The cases that were never run, by process, of the processes with many of them."""
    script = _script(rollout)
    by_process = queries.never_run_cases(script) if script else {}
    return {process: cases for process, cases in by_process.items() if len(cases) > MOST_LISTED_CASES}


def _waits_for_correction(status: queries.CaseStatus) -> bool:
    return status.reservation is None and any(row.state == Nonconformity.State.OPEN for row in status.nonconformities)


def _case_requirement(rollout: Rollout, status: queries.CaseStatus) -> Requirement:
    """What an unsettled case asks: to be run, to be run again, that a machine's pass is confirmed, or that its reservation is
    agreed."""
    case = status.case
    text, owed_by, since = _("Executar %(case)s"), PartyRole.PRESENCE.value, rollout.stage_entered_at
    url = reverse("homologation:room", args=[rollout.pk]) + f"#caso-{case.code}"
    review = False
    if status.reservation is not None:
        text = _("Acordar a ressalva de %(case)s")
        owed_by = PartyRole.PRESENCE if status.reservation.client_agreed_by_id else PartyRole.CLIENT
        since = status.reservation.proposed_at
        review = True
    elif status.awaits_confirmation and status.latest is not None:
        text, since, review = _("Confirmar que %(case)s passou"), status.latest.at, True
        url = reverse("homologation:case", args=[rollout.pk, case.code]) + "#historico"
    elif status.latest is not None:
        text, since = _("Executar %(case)s de novo"), status.latest.at
    return Requirement(
        key=f"homologation:case:{case.code}",
        text=both(text, case=lambda: str(case)),
        owed_by=owed_by,
        since=since,
        url=url,
        review=review,
    )


@requirement("homologation:round")
def round_is_run(rollout: Rollout) -> Iterator[Requirement]:
    """The open round's cases, which the integrator runs with the others."""
    script = _script(rollout)
    if script is None or rollout.stage != Stage.HOMOLOGATION:
        return
    round_ = queries.open_round(script)
    cases = list(queries.to_run(script, round_)) if round_ else []
    if round_ and cases:
        text = ngettext_lazy(
            "Executar %(count)d caso da %(round)s", "Executar %(count)d casos da %(round)s", len(cases)
        )
        yield Requirement(
            key=f"homologation:round:{round_.number}",
            text=both(text, count=len(cases), round=lambda: str(round_).lower()),
            owed_by=PartyRole.INTEGRATOR,
            since=round_.opened_at,
            url=reverse("homologation:case", args=[rollout.pk, cases[0].code]),
        )


# --- Nonconformities ------------------------------------------------------------------------------------


@requirement("homologation:nonconformity", Gate.START_ACCEPTANCE)
def nonconformities_are_corrected(rollout: Rollout) -> Iterator[Requirement]:
    """Those that block, and those by which a case that the gate asks for has failed."""
    unverified = _unverified(rollout)
    failed = [row for row in unverified if not _blocks(row) and row.state == Nonconformity.State.OPEN]
    waiting = {
        status.case.pk
        for status in queries.statuses_of([row.case for row in failed])
        if not status.is_settled and status.reservation is None
    }
    for nonconformity in unverified:
        if _blocks(nonconformity) or (nonconformity in failed and nonconformity.case_id in waiting):
            yield _correction_requirement(rollout, nonconformity)


def answer_with_a_correction(rollout: Rollout, number: str) -> Answer | None:
    nonconformity = rollout.nonconformities.filter(number=number).select_related("case").first()
    if nonconformity is None or nonconformity.state != Nonconformity.State.OPEN:
        return None
    times = nonconformity.times_reopened
    reopened = _("Já foi reaberta %(times)d vez(es).") % {"times": times} if times else ""
    severity = nonconformity.get_severity_display().lower()
    return Answer(
        button=_("Está corrigida"),
        icon="wrench",
        permission="homologation.fix",
        subject=nonconformity,
        make_form=FixForm,
        act=lambda **data: nonconformities.mark_fixed(nonconformity, **data),
        help=f"{nonconformity.title} ({severity}). {reopened}".strip(),
    )


@requirement("homologation:nonconformity", answer=answer_with_a_correction)
def nonconformities_are_verified(rollout: Rollout) -> Iterator[Requirement]:
    """Every one that is not verified, blocking or not."""
    for nonconformity in _unverified(rollout):
        yield _correction_requirement(rollout, nonconformity)


def _correction_requirement(rollout: Rollout, nonconformity: Nonconformity) -> Requirement:
    """What a nonconformity asks: its owner corrects it, then Presence verifies it."""
    fixed = nonconformity.state == Nonconformity.State.FIXED
    text = _("Verificar a correção da %(label)s (%(case)s)") if fixed else _("Corrigir a %(label)s (%(case)s)")
    return Requirement(
        key=f"homologation:nonconformity:{nonconformity.number}",
        text=both(text, label=nonconformity.label, case=nonconformity.case.code),
        owed_by=PartyRole.PRESENCE if fixed else nonconformity.owner,
        since=nonconformity.since,
        due=None if fixed else nonconformity.due,
        url=reverse("homologation:nonconformity", args=[rollout.pk, nonconformity.number]),
        review=fixed,
        also_by=PartyRole.INTEGRATOR if nonconformity.owner == PartyRole.PLATFORM and not fixed else "",
    )


@requirement("homologation:nothing_blocking", Gate.RETURN_TO_DEVELOPMENT)
def blocking_nonconformity_is_open(rollout: Rollout) -> Iterator[Requirement]:
    if rollout.stage == Stage.HOMOLOGATION and not any(map(_blocks, _unverified(rollout))):
        yield Requirement(
            key="homologation:nothing_blocking",
            text=both(_("Só se devolve ao desenvolvimento com uma não conformidade impeditiva aberta")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]),
        )


@asked_once
def _unverified(rollout: Rollout) -> list[Nonconformity]:
    rows = rollout.nonconformities.exclude(state=Nonconformity.State.VERIFIED)
    return list(rows.select_related("case__script"))


def _blocks(nonconformity: Nonconformity) -> bool:
    return nonconformity.severity == Nonconformity.Severity.BLOCKING
