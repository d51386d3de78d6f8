"""What each row of the spreadsheet means here, or what is wrong with it: nothing is written."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.blueprints.models import Platform
from apps.companies.models import Company, Kind
from apps.core import clock, cnpj, names
from apps.core.database.unaccented import unaccented
from apps.core.localized import LANGUAGES
from apps.core.process import PATH, PartyRole, Stage
from apps.core.refusals import Invalid
from apps.rollouts import parties
from apps.rollouts.forms import INTEGRATORS, project_managers
from apps.rollouts.importing import columns
from apps.rollouts.models import Rollout

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

STAGES = PATH[: PATH.index(Stage.ACCEPTANCE)]
"""Where a project may stand when it is taken over: the term and the go-live are made of what was recorded before them."""
CNPJ_LENGTH = 14
PLACES = (
    # The CNPJ's column, the name's, the kind of a company that is not known yet, the kinds that may play the part.
    ("client_cnpj", "client", Kind.CLIENT, (Kind.CLIENT,)),
    ("platform_cnpj", "platform_company", Kind.PLATFORM, (Kind.PLATFORM,)),
    ("integrator_cnpj", "integrator", Kind.INTEGRATOR, INTEGRATORS),
)


@dataclass(frozen=True)
class Problem:
    """What is wrong in a cell and what to do, in the reader's language."""

    line: int
    column: str
    text: "StrOrPromise"


@dataclass
class Row:
    """One project of the file: ``line`` as a spreadsheet numbers it. ``companies`` holds for each of ``PLACES`` the company
    that is known, or the data of one that is to be recorded."""

    line: int
    values: Mapping[str, str]
    companies: dict[str, Company | dict[str, str]] = field(default_factory=dict)
    platform: Platform | None = None
    manager: User | None = None
    stage: Stage = Stage.KICKOFF
    target_date: date | None = None
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, column: str, text: "StrOrPromise") -> None:
        """Note that the cell under ``column`` is wrong."""
        self.problems.append(Problem(self.line, columns.labels()[column], text))

    @property
    def client_name(self) -> str:
        company = self.companies.get("client_cnpj")
        return company["trade_name"] if isinstance(company, dict) else str(company or "")

    @property
    def new_companies(self) -> list[dict[str, str]]:
        return [company for company in self.companies.values() if isinstance(company, dict)]


def rows_of(lines: Sequence[Sequence[str]]) -> list[Row]:
    """The projects under the headings in the first of ``lines``; empty ones are left out. Raises ``Invalid`` (422), on
    ``file``, where there is none or a heading is missing."""
    if not lines:
        raise Invalid(_("O arquivo está vazio. Comece do modelo desta página."), field="file")
    places = columns.recognised(lines[0])
    rows = []
    for number, line in enumerate(lines[1:], start=2):
        values = {name: line[place].strip() if place < len(line) else "" for name, place in places.items()}
        if any(values.values()):
            rows.append(Row(number, {column.name: values.get(column.name, "") for column in columns.COLUMNS}))
    if not rows:
        raise Invalid(_("Não há projetos abaixo da primeira linha."), field="file")
    return rows


def check(rows: Sequence[Row]) -> None:
    """Find what each of ``rows`` names, and note what is wrong with it; the queries do not grow with the rows."""
    platforms = {key: row for row in Platform.objects.all() for key in (unaccented(row.slug), unaccented(row.name))}
    managers = {user.email.lower(): user for user in project_managers().distinct()}
    stages = _stages()
    numbers = {_cnpj(row.values[place[0]]) for row in rows for place in PLACES}
    companies_by_cnpj = {
        company.cnpj: company for company in Company.objects.filter(cnpj__in=numbers).select_related("merged_into")
    }
    open_projects = _open_projects()
    rows_by_pair: Counter[tuple[int | str, int]] = Counter()
    for row in rows:
        for name in columns.REQUIRED:
            if not row.values[name]:
                row.refuse(name, _("Preencha esta célula."))
        row.platform = platforms.get(unaccented(row.values["platform"]).strip())
        if row.values["platform"] and row.platform is None:
            row.refuse("platform", _("Não há esta plataforma aqui. Escreva o nome como está em “Novo projeto”."))
        row.manager = managers.get(row.values["manager"].lower())
        if row.values["manager"] and row.manager is None:
            row.refuse("manager", _("Nenhum gerente de projeto da Presence entra com este e-mail."))
        _place_stage(row, stages)
        _place_target(row)
        for place in PLACES:
            _place_company(row, place, companies_by_cnpj)
        _refuse_misfit(row)
        if row.platform is not None and (client := row.companies.get("client_cnpj")):
            pair = (client.pk if isinstance(client, Company) else client["cnpj"], row.platform.pk)
            rows_by_pair[pair] += 1
            if code := open_projects.get(pair):
                row.refuse(
                    "client_cnpj",
                    _("%(code)s já está aberto para este cliente e esta plataforma. Tire a linha.") % {"code": code},
                )
            elif rows_by_pair[pair] > 1:
                row.refuse("client_cnpj", _("Outra linha já traz este cliente com esta plataforma. Deixe uma só."))


def _stages() -> dict[str, Stage]:
    """Every stage by its key and its name in both languages."""
    stages = {stage.value: stage for stage in Stage}
    for language in LANGUAGES.values():
        with translation.override(language):
            stages |= {unaccented(str(stage.label)): stage for stage in Stage}
    return stages


def _open_projects() -> dict[tuple[int | str, int], str]:
    """The code of each open project by the keys of its client and its platform."""
    rollouts = Rollout.objects.open().filter(parties__role=PartyRole.CLIENT)
    return {
        (company, platform): Rollout(pk=key).code
        for key, company, platform in rollouts.values_list("pk", "parties__company", "platform")
    }


def _cnpj(text: str) -> str:
    """The number without punctuation; one that a spreadsheet took for a number has its zeros again."""
    number = cnpj.compact(text)
    return number.zfill(CNPJ_LENGTH) if number.isdigit() else number


def _place_stage(row: Row, stages: Mapping[str, Stage]) -> None:
    typed = row.values["stage"]
    stage = stages.get(unaccented(typed).strip()) if typed else Stage.KICKOFF
    if stage in STAGES:
        row.stage = stage
        return
    allowed = ", ".join(str(allowed.label) for allowed in STAGES)
    if stage is None:
        row.refuse("stage", _("Não há esta etapa. Escreva uma destas: %(stages)s.") % {"stages": allowed})
    else:
        row.refuse(
            "stage",
            _("Um projeto vem para cá até a homologação, pois o termo e a entrada em produção são feitos do que se "
              "registrou antes. Escreva uma destas: %(stages)s.") % {"stages": allowed},
        )  # fmt: skip


def _place_target(row: Row) -> None:
    typed = row.values["target_date"]
    if not typed:
        return
    row.target_date = clock.meant_day(typed) or _brazilian_day(typed)
    if row.target_date is None:
        row.refuse("target_date", _("Escreva a data como 31/12/2026."))
    elif row.target_date < clock.today():
        row.refuse("target_date", _("Esta data já passou. Deixe a célula vazia ou escreva a nova previsão."))


def _brazilian_day(text: str) -> date | None:
    day, _slash, rest = text.partition("/")
    month, _slash, year = rest.partition("/")
    return clock.meant_day(f"{year}-{month.zfill(2)}-{day.zfill(2)}")


def _place_company(
    row: Row, place: tuple[str, str, Kind, Sequence[Kind]], companies_by_cnpj: Mapping[str, Company]
) -> None:
    column, name_column, kind, kinds = place
    number, name = _cnpj(row.values[column]), row.values[name_column]
    if not number:
        return
    try:
        cnpj.validate(number)
    except ValidationError as error:
        row.refuse(column, error.messages[0])
        return
    if company := companies_by_cnpj.get(number):
        company = company.merged_into or company
        if company.kind not in kinds:
            row.refuse(column, _("%(company)s está cadastrada com outro papel.") % {"company": company})
            return
        row.companies[column] = company
        return
    if not name:
        row.refuse(name_column, _("Esta empresa não está cadastrada. Escreva o nome para cadastrá-la."))
        return
    try:
        names.refuse_addresses(trade_name=name)
        if len(name) > (Company._meta.get_field("trade_name").max_length or 0):
            raise Invalid(_("Este nome é longo demais."))
    except Invalid as refusal:
        row.refuse(name_column, refusal.message)
        return
    row.companies[column] = {"kind": kind.value, "cnpj": number, "trade_name": name, "legal_name": name}


def _refuse_misfit(row: Row) -> None:
    """What the parties' own rules say of companies that are known already."""
    company = row.companies.get("platform_cnpj")
    if row.platform is None or company is None:
        return
    try:
        if isinstance(company, Company):
            parties.refuse_unfit_platform(row.platform, company)
        elif answering := list(row.platform.companies.all()):
            raise Invalid(
                _("Quem responde por %(platform)s é %(known)s. Escreva o CNPJ dela.")
                % {"platform": row.platform, "known": ", ".join(map(str, answering))}
            )
    except Invalid as refusal:
        row.refuse("platform_cnpj", refusal.message)
