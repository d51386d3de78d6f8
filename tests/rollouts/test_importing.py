"""Open projects come in from a spreadsheet: what is wrong is said row by row, and all come in or none."""

import csv
import io
from datetime import timedelta
from hashlib import sha256

import openpyxl
import pytest
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from apps.companies import mergers
from apps.companies.models import Company
from apps.core import clock, workdays
from apps.core.process import Gate, PartyRole, Stage
from apps.core.refusals import Refusal
from apps.portfolio.clocks import queries as clocks
from apps.portfolio.reports import facts
from apps.rollouts import gates, planning, timeline
from apps.rollouts import queries as rollout_queries
from apps.rollouts.importing import actions, columns, reader, views
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import rounds
from apps.stages.homologation.models import Script
from apps.stages.homologation.script import actions as scripts
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory, PresenceFactory, a_cnpj, a_person
from tests.rollouts.factories import PlatformFactory

pytestmark = pytest.mark.django_db

ADDRESS = "/projetos/importar/"
HEAD = [column.name for column in columns.COLUMNS]


@pytest.fixture
def manager():
    shipped.load()
    return a_person(PresenceFactory(), "project_manager")


@pytest.fixture
def browser(manager, client_for):
    client = client_for(manager)
    client.raise_request_exception = True
    return client


@pytest.fixture
def row(manager):
    """A function that gives the cells of a project, by column; all but the manager and the platform are new here."""
    PlatformFactory(slug="vtex", name="VTEX")

    def cells(**changed):
        return {
            "client_cnpj": a_cnpj(901), "client": "Loja Azul", "platform": "vtex", "platform_cnpj": a_cnpj(902),
            "platform_company": "VTEX Brasil", "integrator_cnpj": a_cnpj(903), "integrator": "Integra",
            "manager": manager.email, "stage": "Homologação", "target_date": "", "scope": "Pedidos", **changed,
        }  # fmt: skip

    return cells


def csv_of(*rows, head=HEAD, delimiter=";", encoding="utf-8-sig"):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows([head, *([row[name] for name in HEAD] for row in rows)])
    return SimpleUploadedFile("projetos.csv", out.getvalue().encode(encoding))


def xlsx_of(*rows):
    book = openpyxl.Workbook()
    for line in [HEAD, *([row[name] for name in HEAD] for row in rows)]:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("projetos.xlsx", out.getvalue())


def take_over(browser, *rows):
    """Send the rows and confirm what is shown of them."""
    page = browser.post(ADDRESS, {"file": csv_of(*rows)})
    return browser.post(ADDRESS, {"lines": page.context["lines"]})


def merge(manager, merged, into):
    """Make a new company with the CNPJ ``into`` the one record of that with the CNPJ ``merged``."""
    by = a_person(manager.memberships.get().company, "manager")
    kept = CompanyFactory(kind="client", cnpj=into)
    mergers.merge(Company.objects.get(cnpj=merged), into=kept, by=by, reason="É a mesma empresa")


def problems(page):
    return [(problem.line, problem.column, str(problem.text)) for problem in page.context["problems"]]


class TestTheWholeWay:
    @pytest.mark.parametrize("file_of", [csv_of, xlsx_of])
    def test_a_file_is_shown_then_taken_over(self, browser, row, manager, file_of):
        page = browser.post(
            ADDRESS, {"file": file_of(row(), row(client_cnpj=a_cnpj(904), client="Loja Verde", stage=""))}
        )
        assert (page.status_code, problems(page)) == (200, [])
        assert not Rollout.objects.exists()
        assert not Company.objects.filter(cnpj=a_cnpj(901)).exists()
        answer = browser.post(ADDRESS, {"lines": page.context["lines"]})
        assert (answer.status_code, answer.url) == (302, reverse("portfolio:list"))
        first, second = Rollout.objects.order_by("pk")
        assert (first.stage, second.stage) == (Stage.HOMOLOGATION, Stage.KICKOFF)
        assert first.company(PartyRole.CLIENT).trade_name == "Loja Azul"
        assert first.company(PartyRole.INTEGRATOR) == second.company(PartyRole.INTEGRATOR)
        assert (first.project_manager, first.scope) == (manager, "Pedidos")

    def test_the_timeline_says_that_it_was_taken_over_and_what_nobody_verified(self, browser, row):
        page = browser.post(ADDRESS, {"file": csv_of(row())})
        browser.post(ADDRESS, {"lines": page.context["lines"]})
        rollout = Rollout.objects.get()
        assert [event.kind for event in rollout.events.all()] == ["rollouts.created", "rollouts.imported"]
        event = rollout.events.last()
        assert event.describe().startswith("trouxe o projeto de fora já em Homologação")
        assert event.data["gates"] == [Gate.START_DEVELOPMENT, Gate.START_TRAINING, Gate.START_HOMOLOGATION]
        assert timeline.verify(rollout) is None
        call_command("verify_requirements")
        gate = rollout_queries.next_gate_status(rollout)
        assert gate is not None
        assert (gate.gate, bool(gate.unmet)) == (Gate.START_ACCEPTANCE, True)
        assert [step.state for step in rollout_queries.steps(rollout)][:4] == ["done", "done", "done", "current"]
        assert clocks.report(rollout).clocks.stage == Stage.HOMOLOGATION
        plan = planning.starts(rollout)
        assert plan["homologation"] == clock.today()
        assert plan["completed"] > plan["go_live"] > clock.today()

    def test_its_script_is_frozen_before_the_first_round(self, browser, row, manager):
        take_over(browser, row())
        script = Script.objects.get()
        with pytest.raises(Refusal, match="congelado"):
            rounds.start_round(script, by=manager)
        assert not script.rounds.exists()
        room = browser.get(reverse("homologation:room", args=[script.rollout_id])).content.decode()
        assert reverse("homologation:start_round", args=[script.rollout_id]) not in room
        asked = [item.key for item in gates.unmet(script.rollout, Gate.START_ACCEPTANCE)]
        assert "homologation:script" in asked
        scripts.freeze(script, by=manager)
        assert rounds.start_round(script, by=manager).number == 1
        asked = [item.key for item in gates.unmet(Rollout.objects.get(), Gate.START_ACCEPTANCE)]
        assert "homologation:script" not in asked

    def test_the_plan_begins_with_its_stage_which_has_the_days_that_are_over(self, browser, row):
        target = workdays.shift(clock.today(), 120)
        take_over(browser, row(stage="development", target_date=target.isoformat()))
        plan, usual = planning.starts(Rollout.objects.get()), planning.usual_lengths()
        assert plan["kickoff"] == plan["development"] == clock.today()
        assert plan["go_live"] == target
        assert workdays.between(plan["training"], plan["homologation"]) == usual["training"]
        assert workdays.between(plan["development"], plan["training"]) > usual["development"]

    def test_it_is_late_only_once_its_next_stage_is(self, browser, row, monkeypatch):
        take_over(browser, row(stage="development"))
        rollout = Rollout.objects.get()
        following = planning.starts(rollout)["training"]
        monkeypatch.setattr(clock, "today", lambda: workdays.shift(following, -1))
        assert [line.days_late for line in planning.lines(rollout)] == [0] * len(planning.STEPS)
        assert facts.gather(rollout, rollout.started_at, [])["risks"] == []
        monkeypatch.setattr(clock, "today", lambda: workdays.shift(following, 3))
        risks = facts.gather(rollout, rollout.started_at, [])["risks"]
        assert risks == [{"key": "late", "stage": "training", "days": 3}]

    def test_a_report_tells_that_it_came_in(self, browser, row):
        take_over(browser, row())
        rollout = Rollout.objects.get()
        before = rollout.started_at - timedelta(seconds=1)
        assert "rollouts.imported" in [event.kind for event in facts.happened(rollout, before)]

    def test_the_pages_of_one_that_was_taken_over_open(self, browser, row):
        for number, stage in enumerate(("kickoff", "development", "training", "homologation")):
            page = browser.post(ADDRESS, {"file": csv_of(row(client_cnpj=a_cnpj(910 + number), stage=stage))})
            browser.post(ADDRESS, {"lines": page.context["lines"]})
        for rollout in Rollout.objects.all():
            for name in (
                "rollouts:detail", "rollouts:timeline", "portfolio:clocks", "kickoff:room", "development:room",
                "training:room", "homologation:room", "prerequisites:room", "hours:room", "golive:room", "acceptance:room",
            ):  # fmt: skip
                assert browser.get(reverse(name, args=[rollout.pk])).status_code == 200, (rollout.stage, name)

    def test_companies_that_are_known_are_found_by_their_cnpj_however_it_is_written(self, browser, row):
        client = CompanyFactory(kind="client", trade_name="Já cadastrada")
        number = client.cnpj
        written = f"{number[:2]}.{number[2:5]}.{number[5:8]}/{number[8:12]}-{number[12:]}"
        page = browser.post(ADDRESS, {"file": csv_of(row(client_cnpj=written, client=""))})
        browser.post(ADDRESS, {"lines": page.context["lines"]})
        assert Rollout.objects.get().company(PartyRole.CLIENT) == client

    def test_the_second_time_brings_nothing_in(self, browser, row):
        page = browser.post(ADDRESS, {"file": csv_of(row())})
        lines = page.context["lines"]
        assert browser.post(ADDRESS, {"lines": lines}).status_code == 302
        again = browser.post(ADDRESS, {"lines": lines})
        assert again.status_code == 422
        code = Rollout.objects.get().code
        assert code in again.content.decode()
        ((line, _column, text),) = problems(browser.post(ADDRESS, {"file": csv_of(row())}))
        assert (line, code in text) == (2, True)

    def test_all_or_none(self, browser, row):
        page = browser.post(ADDRESS, {"file": csv_of(row(), row(client_cnpj=a_cnpj(904), client="Loja Verde"))})
        # Between the look and the go the second one's client turned out to be something else.
        CompanyFactory(kind="platform", cnpj=a_cnpj(904))
        assert browser.post(ADDRESS, {"lines": page.context["lines"]}).status_code == 422
        assert not Rollout.objects.exists()
        assert not Company.objects.filter(cnpj=a_cnpj(901)).exists()


class TestWhatIsWrong:
    @pytest.mark.parametrize(
        ("changed", "column", "word"),
        [
            ({"client_cnpj": ""}, "CNPJ do cliente", "Preencha"),
            ({"client_cnpj": "123"}, "CNPJ do cliente", "CNPJ inválido"),
            ({"client": ""}, "Cliente", "Escreva o nome"),
            ({"client": "a@b.com.br"}, "Cliente", ""),
            ({"client": "x" * 500}, "Cliente", "longo"),
            ({"platform": "Nenhuma"}, "Plataforma", "Não há esta plataforma"),
            ({"manager": "ninguem@x.com.br"}, "E-mail do gerente", "Nenhum gerente"),
            ({"stage": "Fim"}, "Etapa", "Escreva uma destas"),
            ({"stage": "Entrada em produção"}, "Etapa", "até a homologação"),
            ({"target_date": "amanhã"}, "Entrada em produção prevista", "31/12/2026"),
            ({"target_date": "31/02/2027"}, "Entrada em produção prevista", "31/12/2026"),
            ({"target_date": "2020-01-01"}, "Entrada em produção prevista", "já passou"),
        ],
    )
    def test_each_is_said_with_its_line_and_column(self, browser, row, changed, column, word):
        page = browser.post(ADDRESS, {"file": csv_of(row(client_cnpj=a_cnpj(950)), row(**changed))})
        assert page.status_code == 422
        ((line, said_of, text),) = problems(page)
        assert (line, said_of) == (3, column)
        assert word in text
        assert not page.context["lines"]
        assert not Rollout.objects.exists()

    def test_all_of_them_at_once(self, browser, row):
        page = browser.post(ADDRESS, {"file": csv_of(row(stage="x", manager=""), row(platform="y"))})
        assert {line for line, _column, _text in problems(page)} == {2, 3}
        assert len(problems(page)) == 3

    def test_two_rows_of_one_client_and_platform(self, browser, row):
        assert [line for line, *_rest in problems(browser.post(ADDRESS, {"file": csv_of(row(), row())}))] == [3]

    def test_the_project_of_a_company_that_was_merged_is_its_project(self, browser, row, manager):
        take_over(browser, row())
        merge(manager, a_cnpj(901), a_cnpj(905))
        code = Rollout.objects.get().code
        for number in (a_cnpj(901), a_cnpj(905)):
            again = problems(browser.post(ADDRESS, {"file": csv_of(row(client_cnpj=number))}))
            assert [(line, code in text) for line, _column, text in again] == [(2, True)]

    def test_two_rows_of_one_client_by_its_old_and_its_new_cnpj(self, browser, row, manager):
        CompanyFactory(kind="client", cnpj=a_cnpj(901))
        merge(manager, a_cnpj(901), a_cnpj(905))
        page = browser.post(ADDRESS, {"file": csv_of(row(), row(client_cnpj=a_cnpj(905)))})
        assert [line for line, *_rest in problems(page)] == [3]

    def test_in_english(self, browser, row, manager):
        type(manager).objects.filter(pk=manager.pk).update(language="en")
        page = browser.post(ADDRESS, {"file": csv_of(row(stage="x"))}, headers={"accept-language": "en"})
        assert problems(page)[0][1] == "Stage"


class TestTheFile:
    @pytest.mark.parametrize(
        "content",
        [
            b"PK\x03\x04 no workbook", b"\x00\x01\x02", b"\x89PNG\r\n\x1a\n", b"", b"\n\n", b"a;b\n1;2\n", b"\xff\xfe\x00",
            b"=cmd|' /C calc'!A0;b\n", b"\"open quote;\n" * 5,
        ],
    )  # fmt: skip
    def test_one_that_is_no_such_spreadsheet_gets_a_clear_answer(self, browser, content):
        page = browser.post(ADDRESS, {"file": SimpleUploadedFile("x.xlsx", content)})
        assert page.status_code == 422
        assert page.context["form"].errors

    def test_one_of_many_projects_is_to_be_divided(self, browser, row):
        page = browser.post(ADDRESS, {"file": csv_of(*[row()] * (actions.MOST_ROWS + 1))})
        assert page.status_code == 422
        assert str(actions.MOST_ROWS) in str(page.context["form"].errors)
        assert str(actions.MOST_ROWS) in str(page.context["form"]["file"].help_text)

    @pytest.mark.parametrize("file_of", [csv_of, xlsx_of])
    def test_lines_with_nothing_written_are_no_projects_and_are_numbered(self, browser, row, file_of):
        nothing = dict.fromkeys(HEAD, "")
        rows = [row(), *[nothing] * (actions.MOST_ROWS + 1), row(client_cnpj=a_cnpj(904), stage="x")]
        page = browser.post(ADDRESS, {"file": file_of(*rows, *[nothing] * 300)})
        ((line, column, _text),) = problems(page)
        assert (line, column) == (actions.MOST_ROWS + 4, "Etapa")

    def test_what_travels_with_the_page_are_the_columns_that_are_known(self, browser, row):
        head = [*HEAD, "Observações"]
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows([head, [], [*row().values(), "segredo" * 200]])
        page = browser.post(ADDRESS, {"file": SimpleUploadedFile("x.csv", out.getvalue().encode())})
        _reader, lines = signing.loads(page.context["lines"], salt=views.SALT)
        assert lines == [HEAD, [], list(row().values())]
        browser.post(ADDRESS, {"lines": page.context["lines"]})
        assert Rollout.objects.count() == 1

    def test_what_the_confirmation_could_not_carry_is_refused_at_once(self, browser, row, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = views.BESIDES + 1000
        scope = "".join(sha256(bytes([number])).hexdigest() for number in range(30))
        page = browser.post(ADDRESS, {"file": csv_of(row(scope=scope))})
        assert page.status_code == 422
        assert "texto demais" in str(page.context["form"].errors)

    def test_one_that_is_too_large_is_not_read(self, browser):
        file = SimpleUploadedFile("x.csv", b"a" * (actions.LARGEST + 1))
        assert browser.post(ADDRESS, {"file": file}).status_code == 422

    @pytest.mark.parametrize(("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-8-sig")])
    def test_it_is_read_as_spreadsheets_write_it(self, browser, row, delimiter, encoding):
        head = [str(column.heading) for column in columns.COLUMNS]
        page = browser.post(ADDRESS, {"file": csv_of(row(), head=head, delimiter=delimiter, encoding=encoding)})
        assert (page.status_code, problems(page)) == (200, [])

    def test_a_number_that_lost_its_zeros_has_them_again(self, browser, row):
        number = next(number for number in map(a_cnpj, range(1, 400)) if number.startswith("0"))
        cells = row(client_cnpj=int(number))
        page = browser.post(ADDRESS, {"file": xlsx_of(cells)})
        assert problems(page) == []
        assert page.context["rows"][0].new_companies[0]["cnpj"] == number

    @pytest.mark.parametrize("file_format", ["xlsx", "csv-excel"])
    def test_the_template_is_read_and_says_what_to_replace(self, browser, file_format):
        PlatformFactory(slug="vtex", name="VTEX")
        answer = browser.get(reverse("rollouts:import_template", args=[file_format]))
        page = browser.post(ADDRESS, {"file": SimpleUploadedFile("modelo", answer.content)})
        assert {column for _line, column, _text in problems(page)} == {"E-mail do gerente"}

    def test_the_reader_counts_what_is_beyond_its_rows(self):
        lines = "a;b\n" * 5
        assert reader.read(io.BytesIO(lines.encode()), rows=5, columns=2)["more"] is False
        assert reader.read(io.BytesIO(lines.encode()), rows=4, columns=1) == {"rows": [["a"]] * 4, "more": True}

    def test_the_reader_looks_at_so_many_lines_and_no_further(self):
        lines = "a;b\n" + ";\n" * reader.MOST_LINES + "c;d\n"
        assert reader.read(io.BytesIO(lines.encode()), rows=2, columns=2) == {"rows": [["a", "b"]], "more": False}


class TestWhoMay:
    def test_what_one_person_was_shown_another_cannot_confirm(self, browser, row, client_for, manager):
        lines = browser.post(ADDRESS, {"file": csv_of(row())}).context["lines"]
        other = client_for(a_person(manager.memberships.get().company, "manager"))
        assert other.post(ADDRESS, {"lines": lines}).status_code == 422
        assert not Rollout.objects.exists()

    @pytest.mark.parametrize("lines", ["", "x", "a:b:c"])
    def test_what_nobody_was_shown_is_refused(self, browser, lines):
        assert browser.post(ADDRESS, {"lines": lines}).status_code == 422
