"""The REST router of the homologation: the script as it stands, results and their evidence. ``apps/api`` mounts it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import Router, Status

from apps.accounts.http import SignedInRequest
from apps.core.refusals import Invalid, Refusal
from apps.core.untrusted.bodies import takes_files
from apps.core.web import rest
from apps.rollouts.api import visible
from apps.stages.homologation import queries
from apps.stages.homologation.api_shapes import (
    CaseOut,
    CasesOut,
    EvidenceIn,
    ReportOut,
    ResultIn,
    ResultOut,
    Situation,
)
from apps.stages.homologation.execution import actions, junit
from apps.stages.homologation.models import Case, Result, Script

router = Router(tags=["homologation"])


def script_for(request: SignedInRequest, rollout_id: int) -> Script:
    rollout = visible(request, rollout_id)
    script = get_object_or_404(Script, rollout=rollout)
    script.rollout = rollout
    return script


def case_for(request: SignedInRequest, rollout_id: int, code: str) -> Case:
    script = script_for(request, rollout_id)
    case = get_object_or_404(script.cases, code__iexact=code)
    case.script = script
    return case


@router.get(
    "/{int:rollout_id}/cases/", response=CasesOut, summary="The script: every case, its status, its newest result"
)
@rest.scope(rest.Scope.READ)
@rest.words(
    gettext_lazy("O roteiro: casos, situação e último resultado"),
    gettext_lazy("Na ordem do roteiro. Diz também qual rodada está aberta; sem rodada, nenhum resultado é aceito."),
    status=gettext_lazy("Só os casos nesta situação."),
    process=gettext_lazy("Só os casos deste processo, como PED."),
)
def list_cases(request: SignedInRequest, rollout_id: int, status: Situation | None = None, process: str = ""):
    """The cases in the order of the script, in the language of ``Accept-Language``; ``status`` and ``process`` filter."""
    script = script_for(request, rollout_id)
    rounds = queries.rounds_of(script)
    round_ = queries.open_among(rounds)
    in_round = set(round_.case_keys) if round_ else set()  # type: ignore[attr-defined]
    rows = [described(row, in_round=row.case.pk in in_round) for row in queries.case_statuses(script, rounds=rounds)]
    return {
        "frozen": script.frozen_at is not None,
        "round": round_.number if round_ else None,
        "cases": [row for row in rows if status in (None, row["status"]) and process in ("", row["process"])],
    }


@router.get("/{int:rollout_id}/cases/{slug:code}/", response=CaseOut, summary="One case")
@rest.scope(rest.Scope.READ)
@rest.words(
    gettext_lazy("Um caso"),
    gettext_lazy("Passos, resultado esperado, evidência pedida e em que pé está."),
)
def read_case(request: SignedInRequest, rollout_id: int, code: str):
    case = case_for(request, rollout_id, code)
    rounds = queries.rounds_of(case.script)
    round_ = queries.open_among(rounds)
    in_round = round_ is not None and case.pk in round_.case_keys  # type: ignore[attr-defined]
    return described(queries.status_of(case, rounds=rounds), in_round=in_round)


@router.get("/{int:rollout_id}/cases/{slug:code}/results/", response=list[ResultOut], summary="All results of a case")
@rest.scope(rest.Scope.READ)
@rest.words(
    gettext_lazy("Todos os resultados de um caso"),
    gettext_lazy("Do mais antigo ao mais novo; nada se apaga."),
)
def list_results(request: SignedInRequest, rollout_id: int, code: str):
    """Every result that was ever recorded of the case, the oldest first."""
    return queries.status_of(case_for(request, rollout_id, code)).results


@router.post(
    "/{int:rollout_id}/cases/{slug:code}/results/",
    response={201: ResultOut},
    summary="Record a result, with its evidence",
    openapi_extra=rest.described(
        ResultIn,
        upload="files",
        example={
            "outcome": "passed",
            "text": "Pedido 1001 entrou no Presence Domain.",
            "link": "https://ci.example/77",
        },
    ),
)
@rest.scope(rest.Scope.RESULTS)
@rest.words(
    gettext_lazy("Registrar um resultado, com a evidência"),
    gettext_lazy(
        "Na rodada aberta, em JSON ou em formulário com até dez arquivos (pede também o alcance files). "
        "Uma falha abre uma não conformidade. Que um caso obrigatório passou só vale depois que uma "
        "pessoa confirma."
    ),
    note=gettext_lazy("O que aconteceu. Obrigatório numa falha."),
    text=gettext_lazy("A evidência em texto. Um caso obrigatório que passou pede texto, link ou arquivo."),
    link=gettext_lazy("Endereço da evidência, com http:// ou https://."),
    severity=gettext_lazy("Gravidade de uma falha. Sem ela, a da não conformidade aberta, ou major."),
    owner=gettext_lazy("Quem corrige uma falha. Sem ele, como na não conformidade aberta, ou o integrador."),
    due=gettext_lazy("Até quando a falha deve ser corrigida."),
    files=gettext_lazy("Até dez arquivos: PDF, imagem, texto, planilha, ZIP."),
)
@takes_files
def record_result(request: SignedInRequest, rollout_id: int, code: str):
    """In the open round (409 without one). JSON, or a form that carries up to ten ``files`` (scope ``files`` too). What
    came before is kept; the newest result counts. A failure opens a nonconformity, or reopens the one there is."""
    case = case_for(request, rollout_id, code)
    body = rest.read(request, ResultIn)
    files = rest.files(request, "files")
    if files:
        rest.require_scope(request, rest.Scope.FILES)
    severity, owner = junit.default_severity_and_owner(case) if body.outcome == "failed" else ("", "")
    with renamed_fields({"evidence_text": "text", "evidence_link": "link", "evidence_files": "files"}):
        result = actions.record_result(
            case, by=request.user, outcome=body.outcome, note=body.note,
            evidence_text=body.text, evidence_link=body.link or "", evidence_files=files,
            severity=body.severity or severity, owner=body.owner or owner, due=body.due,
            machine=rest.machine(request),
        )  # fmt: skip
    return Status(201, result)


@router.post(
    "/{int:rollout_id}/results/{int:result_id}/evidence/",
    response={201: ResultOut},
    summary="Attach evidence to a result",
    openapi_extra={
        **rest.described(
            EvidenceIn, upload="files", example={"text": "Log do conector", "link": "https://ci.example/77"}
        ),
        "x-curl": ["-F files=@evidencia.png"],
    },
)
@rest.scope(rest.Scope.FILES)
@rest.words(
    gettext_lazy("Anexar evidência a um resultado"),
    gettext_lazy("Ao resultado mais novo do caso, com a rodada aberta, por quem o registrou ou pela Presence."),
    text=gettext_lazy("A evidência em texto. Mande ao menos um: texto, link ou arquivo."),
    link=gettext_lazy("Endereço da evidência, com http:// ou https://."),
    files=gettext_lazy("Até dez arquivos: PDF, imagem, texto, planilha, ZIP."),
)
@takes_files
def attach_evidence(request: SignedInRequest, rollout_id: int, result_id: int):
    """Text, link or up to ten ``files``, to the newest result of a case while its round is open, by who reported it."""
    script = script_for(request, rollout_id)
    result = get_object_or_404(Result, pk=result_id, case__script=script)
    body = rest.read(request, EvidenceIn)
    files = rest.files(request, "files")
    actions.attach_evidence(result, by=request.user, text=body.text, link=body.link or "", files=files)
    return Status(201, next(row for row in queries.status_of(result.case).results if row.pk == result.pk))


@router.post(
    "/{int:rollout_id}/junit/",
    response={200: ReportOut, 201: ReportOut, 202: ReportOut},
    summary="Record what a JUnit report says",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"report": {"type": "string", "format": "binary"}},
                        "required": ["report"],
                    }
                },
                "application/xml": {"schema": {"type": "string"}},
            },
        },
        "x-query": {"dry_run": "true"},
        "x-curl": ["-F report=@junit.xml"],
    },
)
@rest.scope(rest.Scope.RESULTS)
@rest.words(
    gettext_lazy("Registrar o que diz um relatório JUnit"),
    gettext_lazy(
        "O nome do teste diz o caso: test_ped_03_devolucao e “PED-03 devolução” são do PED-03. Um caso "
        "falha se um dos seus testes falha; pulado por inteiro, não é registrado. dry_run diz o que "
        "seria feito e não muda nada. Se uma mesma causa deixa metade dos casos sem resposta (um ambiente fora do ar), o "
        "relatório fica guardado, nada é registrado (202) e uma pessoa decide no navegador."
    ),
    report=gettext_lazy("O arquivo XML, de até 10 MB."),
    dry_run=gettext_lazy("true: diz o que seria feito, sem fazer."),
)
@takes_files
def record_junit(request: SignedInRequest, rollout_id: int, dry_run: bool = False):
    """A test belongs to the case that its properties, its name or its class name: ``test_ped_03_refund`` and ``PED-03 x``
    mean PED-03. A case fails when one of its tests does, and is blocked by an error; one of which no test ran is not
    recorded. 201 when something was recorded, 202 when the report waits for a person, 200 when nothing was; ``dry_run`` says
    what would be and changes nothing."""
    script = script_for(request, rollout_id)
    name, content = report_of(request)
    report = junit.record(
        script,
        by=request.user,
        content=content,
        name=name,
        machine=rest.machine(request),
        dry_run=dry_run,
    )
    recorded = any(row["status"] == "recorded" for row in report["cases"])
    waits = report["waiting"] and not dry_run
    return Status(201 if recorded else 202 if waits else 200, report)


def report_of(request: SignedInRequest) -> tuple[str, bytes]:
    """The name and the bytes of a report. Raises ``TooLarge`` (413), ``Unsupported`` (415) or ``Invalid`` (422)."""
    if request.content_type in ("application/xml", "text/xml"):
        return "junit.xml", request.body
    if request.content_type != "multipart/form-data":
        raise rest.Unsupported(_("Envie o relatório como application/xml ou, em multipart/form-data, no campo report."))
    reports = rest.files(request, "report", most=1)
    if not reports:
        raise Invalid(_("Envie o relatório JUnit no campo report."), field="report")
    rest.refuse_large(reports[0].size or 0, most=junit.MOST_BYTES)
    return reports[0].name or "junit.xml", reports[0].read()


@contextmanager
def renamed_fields(fields: dict[str, str]) -> Iterator[None]:
    """Within the block a refusal names its field as the request does: ``fields`` has the request's name by the action's."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = fields.get(refusal.field or "", refusal.field)
        raise


def described(status: queries.CaseStatus, *, in_round: bool) -> dict[str, Any]:
    case = status.case
    return {
        "code": case.code,
        "process": case.process,
        "title": str(case.title),
        "obligation": case.obligation,
        "applies": case.applies,
        "binding": case.is_binding,
        "in_round": in_round,
        "status": situation(status),
        "settled": status.is_settled,
        "reserved": status.reserved,
        "depends": case.depends,
        "preconditions": str(case.preconditions),
        "steps": [str(step) for step in case.step_texts()],
        "expected": str(case.expected),
        "evidence_asked": str(case.evidence),
        "latest": status.latest,
        "nonconformities": [row for row in status.nonconformities if row.is_open],
    }


def situation(status: queries.CaseStatus) -> str:
    """Where a case stands, in one word."""
    if status.latest is None:
        return "not_run"
    if status.awaits_agreement:
        return "awaiting_agreement"
    if status.awaits_confirmation:
        return "awaiting_confirmation"
    if status.is_to_repeat:
        return "to_repeat"
    return (status.counting or status.latest).outcome
