from collections import defaultdict
from collections.abc import Iterator

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from apps.core.database.rows import rows_of
from apps.core.localized import both
from apps.core.numbers import whole_number
from apps.core.process import Gate, PartyRole, Stage
from apps.core.requirements import Answer, Requirement, asked_once, requirement
from apps.core.web.forms import ConfirmForm
from apps.rollouts.models import Rollout
from apps.stages.homologation import queries
from apps.stages.homologation.execution import actions as execution
from apps.stages.homologation.execution import junit, reservations, rounds, scope
from apps.stages.homologation.execution.forms import KeepResultsForm, ReportDecisionForm
from apps.stages.homologation.models import Case, Nonconformity, Result, Round, RoundReport, ScopeReduction
from apps.stages.homologation.nonconformities import actions as nonconformities
from apps.stages.homologation.nonconformities.forms import FixForm

MOST_LISTED_CASES = 3
"""Of a process with more cases than these that were never run, one requirement stands for all of them."""


script = asked_once(queries.script_with_what_is_open)


@asked_once
def unsettled(rollout: Rollout) -> list[Case]:
    """The cases that the gate to acceptance still asks for."""
    frozen = script(rollout)
    return queries.unsettled_cases(frozen) if frozen else []


@requirement("homologation:script", Gate.START_HOMOLOGATION, Gate.START_ACCEPTANCE)
def script_is_frozen(rollout: Rollout) -> Iterator[Requirement]:
    """Asked again behind the homologation, to which a project that is taken over from elsewhere may come without it."""
    copied = script(rollout)
    if copied is None or copied.frozen_at is None:
        yield Requirement(
            key="homologation:script",
            text=both(_("Escolher e congelar o roteiro de homologação")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]) + "#roteiro",
        )


def answer_to_a_reduction(rollout: Rollout, pk: str) -> Answer | None:
    waiting = ScopeReduction.objects.waiting().filter(script__rollout=rollout)
    reduction = waiting.filter(pk=whole_number(pk)).select_related("script").first()
    if reduction is None:
        return None
    return Answer(
        button=_("Concordo em tirar da homologação"),
        icon="handshake",
        permission="homologation.agree_for_client",
        subject=reduction,
        make_form=ConfirmForm,
        act=lambda **data: scope.agree(reduction, **data),
        help=_("Os casos deixam de ser pedidos; os resultados ficam guardados. Motivo: “%(reason)s”.")
        % {"reason": reduction.reason},
    )


@requirement("homologation:scope", answer=answer_to_a_reduction)
def reductions_are_answered(rollout: Rollout) -> Iterator[Requirement]:
    """A condition that Presence proposes to switch off after the freeze."""
    frozen = script(rollout) if rollout.stage in scope.STAGES_THAT_CHANGE_SCOPE else None
    if frozen is None:
        return
    for reduction in rows_of(ScopeReduction, frozen.waiting_reductions):  # type: ignore[attr-defined]
        yield Requirement(
            key=f"homologation:scope:{reduction.pk}",
            text=both(_("Concordar em tirar da homologação: %(condition)s"), condition=reduction.condition),
            owed_by=PartyRole.CLIENT,
            since=reduction.proposed_at,
            url=reverse("homologation:room", args=[rollout.pk]) + "#escopo",
            review=True,
        )


# --- Cases ----------------------------------------------------------------------------------------------


@requirement("homologation:process", Gate.START_ACCEPTANCE)
def processes_are_run(rollout: Rollout) -> Iterator[Requirement]:
    """One requirement for all cases of a process that were never run, where they are many."""
    frozen = script(rollout)
    if frozen is None:
        return
    url = reverse("homologation:room", args=[rollout.pk])
    cases_by_process = _processes_never_run(rollout)
    for process in queries.process_list(frozen):
        if process.key in cases_by_process:
            count = len(cases_by_process[process.key])
            yield Requirement(
                key=f"homologation:process:{process.key}",
                text=both(_("%(process)s: executar %(count)d casos"), process=process.title, count=count),
                owed_by=PartyRole.PRESENCE,
                since=rollout.stage_entered_at,
                url=f"{url}#processo-{process.key}",
            )


def answer_to_a_case(rollout: Rollout, code: str) -> Answer | None:
    """The client's agreement to its reservation, or to that it does not apply."""
    reservation = rollout.reservations.filter(case__code=code, withdrawn_at=None, agreed_at=None).first()
    if reservation is None:
        return _answer_to_not_applicable(rollout, code)
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


def _answer_to_not_applicable(rollout: Rollout, code: str) -> Answer | None:
    results = Result.objects.filter(case__script__rollout=rollout, case__code=code).select_related("case__script")
    newest = results.order_by("pk").last()
    if newest is None or not newest.awaits_agreement:
        return None
    return Answer(
        button=_("Concordo que não se aplica"),
        icon="handshake",
        permission="homologation.agree_for_client",
        subject=newest.case,
        make_form=ConfirmForm,
        act=lambda **data: execution.confirm_result(newest, **data),
        help=_("A Presence propõe que este caso não se aplica ao projeto: “%(reason)s”.") % {"reason": newest.note},
    )


@requirement("homologation:case", Gate.START_ACCEPTANCE, answer=answer_to_a_case)
def cases_are_settled(rollout: Rollout) -> Iterator[Requirement]:
    """Every case that the gate asks for has passed, does not apply, or has an agreed reservation. One that stands under its
    process, or waits for a correction, is not named a second time."""
    under_their_process = {pk for cases in _processes_never_run(rollout).values() for pk in cases}
    for case in unsettled(rollout):
        if case.pk not in under_their_process and not _waits_for_correction(case):
            yield _case_requirement(rollout, case)


def _processes_never_run(rollout: Rollout) -> dict[str, set[int]]:
    """The cases that were never run and have no reservation, by process, of the processes with many of them."""
    by_process: dict[str, set[int]] = defaultdict(set)
    for case in unsettled(rollout):
        if case.standing == Case.Standing.NEVER_RUN and queries.reservation_of(case) is None:
            by_process[case.process].add(case.pk)
    return {process: cases for process, cases in by_process.items() if len(cases) > MOST_LISTED_CASES}


def _waits_for_correction(case: Case) -> bool:
    """Its correction is what is asked; not where it is proposed to do without."""
    is_proposed = queries.reservation_of(case) is not None or case.standing == Case.Standing.TO_AGREE
    return not is_proposed and case.is_failing  # type: ignore[attr-defined]


def _case_requirement(rollout: Rollout, case: Case) -> Requirement:
    """What an unsettled case asks: to be run, to be run again, that its pass is confirmed, that its reservation is agreed, or
    that it does not apply."""
    reservation = queries.reservation_of(case)
    text, owed_by, since = _("Executar %(case)s"), PartyRole.PRESENCE.value, rollout.stage_entered_at
    url = reverse("homologation:room", args=[rollout.pk]) + f"#caso-{case.code}"
    review = False
    if reservation is not None:
        text = _("Acordar a ressalva de %(case)s")
        owed_by = PartyRole.PRESENCE if reservation.client_agreed_by_id else PartyRole.CLIENT
        since = reservation.proposed_at
        review = True
    elif case.standing == Case.Standing.TO_CONFIRM:
        text, since, review = _("Confirmar que %(case)s passou"), case.standing_at or since, True
        url = reverse("homologation:case", args=[rollout.pk, case.code]) + "#historico"
    elif case.standing == Case.Standing.TO_AGREE:
        text, since, review = _("Concordar que %(case)s não se aplica"), case.standing_at or since, True
        owed_by = PartyRole.CLIENT
        url = reverse("homologation:case", args=[rollout.pk, case.code]) + "#historico"
    elif case.standing != Case.Standing.NEVER_RUN:
        text, since = _("Executar %(case)s de novo"), case.standing_at or since
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
    frozen = script(rollout) if rollout.stage == Stage.HOMOLOGATION else None
    round_: Round | None = getattr(frozen, "open_round", None)
    codes: list[str] = frozen.codes_left if frozen else []  # type: ignore[attr-defined]
    if round_ and codes:
        text = ngettext_lazy(
            "Executar %(count)d caso da %(round)s", "Executar %(count)d casos da %(round)s", len(codes)
        )
        yield Requirement(
            key=f"homologation:round:{round_.number}",
            text=both(text, count=len(codes), round=lambda: str(round_).lower()),
            owed_by=PartyRole.INTEGRATOR,
            since=round_.opened_at,
            url=reverse("homologation:case", args=[rollout.pk, codes[0]]),
        )


def answer_with_a_decision(rollout: Rollout, pk: str) -> Answer | None:
    waiting = RoundReport.objects.waiting().filter(round__script__rollout=rollout)
    report = waiting.filter(pk=whole_number(pk)).select_related("round__script").first()
    if report is None:
        return None
    return Answer(
        button=_("Decidir"),
        icon="file-search",
        permission="homologation.execute",
        subject=report.round.script,
        make_form=ReportDecisionForm,
        act=lambda **data: junit.decide(report, **data),
        help=_(
            "Metade ou mais dos casos que este relatório executou ficou sem resposta por uma mesma causa, como um ambiente "
            "fora do ar. Nada foi registrado ainda."
        ),
    )


@requirement("homologation:report", answer=answer_with_a_decision)
def waiting_reports_are_decided(rollout: Rollout) -> Iterator[Requirement]:
    """A JUnit report that names one cause for many cases, which records nothing before a person decides, while its round is
    open."""
    frozen = script(rollout) if rollout.stage == Stage.HOMOLOGATION else None
    if frozen is None:
        return
    for report in rows_of(RoundReport, frozen.waiting_reports, *queries.OF_REPORT):  # type: ignore[attr-defined]
        roles = rollout.roles_of(report.by)
        yield Requirement(
            key=f"homologation:report:{report.pk}",
            text=both(
                _("Decidir sobre o relatório JUnit com %(count)d casos sem resposta"), count=report.unanswered_cases
            ),
            owed_by=PartyRole.INTEGRATOR if PartyRole.INTEGRATOR in roles else PartyRole.PRESENCE,
            since=report.at,
            url=reverse("homologation:matrix", args=[rollout.pk]) + "#relatorios",
        )


def answer_with_the_results_kept(rollout: Rollout, _rest: str) -> Answer | None:
    frozen = script(rollout)
    if frozen is None or not rounds.is_to_judge(frozen, rollout.connector_version):
        return None
    return Answer(
        button=_("Manter os resultados"),
        icon="package-check",
        permission="homologation.lead",
        subject=frozen,
        make_form=KeepResultsForm,
        act=lambda **data: rounds.keep_results(frozen, **data),
        help=_("Para executar de novo o que a versão muda, abra uma rodada com os casos escolhidos."),
    )


@requirement(
    "homologation:version",
    Gate.START_ACCEPTANCE,
    Gate.START_GO_LIVE,
    Gate.COMPLETE,
    answer=answer_with_the_results_kept,
)
def a_newer_connector_is_judged(rollout: Rollout) -> Iterator[Requirement]:
    """The team says which results a version makes old that was delivered after the first round."""
    frozen = script(rollout)
    if frozen is not None and rounds.is_to_judge(frozen, rollout.connector_version):
        version = rollout.connector_version
        yield Requirement(
            key="homologation:version",
            text=both(_("Decidir quais resultados valem com a versão %(version)s do conector"), version=version),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]) + "#roteiro",
        )


# --- Nonconformities ------------------------------------------------------------------------------------


@requirement("homologation:nonconformity", Gate.START_ACCEPTANCE)
def nonconformities_are_corrected(rollout: Rollout) -> Iterator[Requirement]:
    """Those that block, and those by which a case that the gate asks for has failed."""
    waiting = {case.pk for case in unsettled(rollout) if _waits_for_correction(case)}
    for nonconformity in unverified(rollout):
        is_open = nonconformity.state == Nonconformity.State.OPEN
        if nonconformity.blocks or (is_open and nonconformity.case_id in waiting):
            yield _correction_requirement(rollout, nonconformity)


def answer_with_a_correction(rollout: Rollout, number: str) -> Answer | None:
    nonconformity = rollout.nonconformities.filter(number=number).select_related("case").first()
    if nonconformity is None or nonconformity.state != Nonconformity.State.OPEN:
        return None
    times = nonconformity.times_reopened
    reopened = (
        ngettext_lazy("Já foi reaberta %(times)d vez.", "Já foi reaberta %(times)d vezes.", times) % {"times": times}
        if times
        else ""
    )
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
    for nonconformity in unverified(rollout):
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
    if rollout.stage == Stage.HOMOLOGATION and not any(nonconformity.blocks for nonconformity in unverified(rollout)):
        yield Requirement(
            key="homologation:nothing_blocking",
            text=both(_("Só se devolve ao desenvolvimento com uma não conformidade impeditiva aberta")),
            owed_by=PartyRole.PRESENCE,
            since=rollout.stage_entered_at,
            url=reverse("homologation:room", args=[rollout.pk]),
        )


@asked_once
def unverified(rollout: Rollout) -> list[Nonconformity]:
    """The nonconformities that nobody has seen work yet, by number."""
    frozen = script(rollout)
    if frozen is None:
        return []
    return rows_of(Nonconformity, frozen.unverified, *queries.OF_NONCONFORMITY)  # type: ignore[attr-defined]
