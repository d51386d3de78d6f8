"""Take over the projects of a spreadsheet: all of them, or none."""

from collections.abc import Sequence

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.companies import actions as companies
from apps.companies.models import Company
from apps.core import clock
from apps.core.background import locks
from apps.core.process import FORWARD, PATH, Stage
from apps.core.refusals import Invalid, Refusal, require
from apps.core.untrusted import confined
from apps.rollouts import actions, events, managers, planning, timeline
from apps.rollouts.importing import checks, columns
from apps.rollouts.importing.checks import Row
from apps.rollouts.models import Rollout

LOCK = "projects that are taken over"
READER = "apps.rollouts.importing.reader"
LIMITS = confined.Limits(memory=512 * 1024 * 1024, cpu_seconds=5, seconds=20)
MOST_ROWS = 50
MOST_COLUMNS = 40
LARGEST = 2 * 1024 * 1024
"""Bytes of a file."""


def read(file: UploadedFile, *, by: User) -> list[list[str]]:
    """The lines of a workbook or a CSV, with their recognised columns alone. Raises ``Invalid`` (422), on ``file``, for one
    that cannot be read, lacks a column, is too large or has too many rows."""
    require(by, "rollouts.create")
    if (file.size or 0) > LARGEST:
        raise Invalid(_("O arquivo passa de 2 MB. Envie só a planilha dos projetos."), field="file")
    try:
        answer = confined.read(READER, file.read(), limits=LIMITS, rows=MOST_ROWS + 1, columns=MOST_COLUMNS)
    except confined.ReadingFailed as failure:
        raise Invalid(failure.sentence, field="file") from None
    if "problem" in answer:
        raise Invalid(
            _("Este arquivo não é uma planilha que se possa ler. Salve como XLSX ou CSV e envie de novo."), field="file"
        )
    if answer["more"]:
        raise Invalid(
            _("São mais de %(most)d projetos. Divida a planilha em várias.") % {"most": MOST_ROWS}, field="file"
        )
    return columns.only_recognised(answer["rows"])


def checked(lines: Sequence[Sequence[str]]) -> list[Row]:
    """The projects of ``lines`` with what is wrong with each. Raises ``Invalid`` as ``checks.rows_of`` does."""
    rows = checks.rows_of(lines)
    checks.check(rows)
    return rows


def take_over(lines: Sequence[Sequence[str]], *, by: User) -> list[Rollout]:
    """Open a project for each row of ``lines`` at the stage that it names, and record the companies that are not known, in
    one transaction. Raises ``Invalid`` (422), with a line for each problem, where a row is wrong; then nothing is written."""
    require(by, "rollouts.create")
    with transaction.atomic():
        locks.hold(LOCK)  # Of the same projects sent twice at once the second finds those of the first.
        rows = checked(lines)
        if problems := [problem for row in rows for problem in row.problems]:
            raise Invalid(
                _("A planilha já não serve como está; nada foi importado."),
                details=[
                    _("Linha %(line)d, %(column)s: %(text)s")
                    % {"line": problem.line, "column": problem.column, "text": problem.text}
                    for problem in problems[:20]
                ],
            )
        managers.lock(row.manager for row in rows if row.manager)
        recorded: dict[str, Company] = {}
        return [_take_over(row, recorded, by) for row in rows]


def _take_over(row: Row, recorded: dict[str, Company], by: User) -> Rollout:
    cast = {}
    for column, company in row.companies.items():
        if isinstance(company, dict):
            if company["cnpj"] not in recorded:
                recorded[company["cnpj"]] = companies.add_company(by=by, **company)
            company = recorded[company["cnpj"]]
        cast[column] = company
    if row.platform is None or row.manager is None:
        raise RuntimeError("A row without problems names its platform and its manager.")
    try:
        rollout = actions.create_rollout(
            by=by,
            client=cast["client_cnpj"],
            platform=row.platform,
            platform_company=cast["platform_cnpj"],
            integrator=cast["integrator_cnpj"],
            project_manager=row.manager,
            scope=row.values["scope"],
            target_date=row.target_date,
        )
    except Refusal as refusal:
        columns_by_field = {
            "client": "client_cnpj",
            "platform_company": "platform_cnpj",
            "integrator": "integrator_cnpj",
        }
        label = columns.labels().get(columns_by_field.get(refusal.field or "", ""), "")
        place = _("Linha %(line)d, %(column)s: %(text)s") if label else _("Linha %(line)d: %(text)s")
        raise Invalid(
            _("Nada foi importado."),
            details=[place % {"line": row.line, "column": label, "text": refusal.message}],
        ) from None
    return _stand_at(rollout, row.stage, by)


def _stand_at(rollout: Rollout, stage: Stage, by: User) -> Rollout:
    """Have ``rollout``, which was opened just now, stand at ``stage``, as its timeline says: that it was taken over there,
    and which gates nobody verified here. Its plan begins with that stage."""
    gates = [FORWARD[before] for before in PATH[: PATH.index(stage)]]
    if gates:
        Rollout.objects.filter(pk=rollout.pk).update(stage=stage, stage_entered_at=clock.now())
        if lengths := planning.usual_lengths():
            planning.keep(rollout, planning.propose(clock.today(), rollout.target_date, lengths, present=stage))
    with timeline.changing(Rollout.objects.get(pk=rollout.pk)) as locked:
        timeline.record(locked, events.Imported(stage=stage, gates=gates), by)
        return locked
