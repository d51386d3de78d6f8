"""What docs/production.md starts is production: sign-in, a project, a PDF, the pages that refuse, static files."""

import json
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import lxml.html
import pytest
from django.conf import settings

from presence_rollout.ops import services
from presence_rollout.ops.visitor import Visitor
from tests.companies.factories import a_cnpj

pytestmark = pytest.mark.services

YEAR = 365 * 24 * 60 * 60
LEAKS = re.compile(r"Traceback|Exception|[A-Z]\w+Error\b|psycopg|django\.|site-packages|/apps/|SELECT |relation \"")
REFUSALS = {
    400: ("Requisição inválida", "Bad request"),
    403: ("Esta página venceu", "This page has expired"),
    404: ("Página não encontrada", "Page not found"),
    405: ("Este endereço não é uma página", "This address is not a page"),
    413: ("Não foi possível concluir", "It could not be done"),
    500: ("Algo deu errado do nosso lado", "Something went wrong on our side"),
    503: ("Voltamos em instantes", "We will be back in a moment"),
}


def house_page(answer, status: int, language: str) -> str:
    """What a person reads on a refusal of ``status``: in the house's look and their language, with nothing leaked."""
    assert answer.status == status
    document = lxml.html.fromstring(answer.text)
    assert document.get("lang") == language
    assert document.xpath("//link[@rel='stylesheet'][starts-with(@href, '/static/css/app.')]")
    assert document.xpath("//main//a[@href='/']")
    assert REFUSALS[status][language == "en"] in document.xpath("//h1")[0].text_content()
    assert not LEAKS.search(answer.text), LEAKS.search(answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    return answer.main


@pytest.fixture(scope="module")
def project(manager) -> str:
    """The path of a project that the manager opened, its companies entered by form."""
    for number, kind in enumerate(("client", "platform", "integrator"), start=100):
        sent = manager.submit(
            "/empresas/nova/",
            kind=kind, legal_name=f"{kind.title()} Ltda.", trade_name=kind.title(), cnpj=a_cnpj(number),
        )  # fmt: skip
        assert sent.status == 302, sent.main
    page = lxml.html.fromstring(manager.get("/projetos/novo/").text)
    by_label = {
        (select.name, option.text_content().strip()): option.get("value")
        for select in page.xpath("//main//select")
        for option in select.xpath("option")
    }
    sent = manager.submit(
        "/projetos/novo/",
        client=by_label["client", "Client"],
        platform=next(value for (name, _label), value in by_label.items() if name == "platform" and value),
        platform_company=by_label["platform_company", "Platform"],
        integrator=by_label["integrator", "Integrator"],
    )
    assert sent.status == 302, sent.main
    return sent.leads_to


def test_the_first_manager_signs_in_with_a_mailed_code_and_a_second_factor(manager):
    assert "Helena Prado" in manager.get("/projetos/").text


def test_a_project_is_opened_and_shows_what_it_waits_for(manager, project):
    assert "O que falta e com quem" in manager.get(project).text


def test_a_pdf_is_drawn(manager, project):
    room = f"{project}homologacao/"
    token = lxml.html.fromstring(manager.get(room).text).xpath("//input[@name='csrfmiddlewaretoken']/@value")[0]
    assert manager.post(f"{room}relatorio/", csrfmiddlewaretoken=token).status == 302
    services.wait_until(lambda: manager.get(f"{room}relatorio.pdf").status == 200, "The report")
    answer = manager.get(f"{room}relatorio.pdf")
    assert answer.body[:5] == b"%PDF-"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_worker_mails_an_invitation(manager, project, production, visitor):
    company = next(iter(re.findall(r"/empresas/(\d+)/", manager.get("/empresas/").text)))
    page = f"/empresas/{company}/convites/"
    sent = manager.submit(page, page, person_1_name="Caio Nunes", person_1_email="caio@example.com", role="lead")
    assert sent.status == 302, sent.main
    link = production.mailed("caio@example.com", r"https://rollout\.example\.com(/convite/\S+)")
    assert "Caio Nunes" in visitor().get(link).text


def test_the_clock_has_the_worker_do_what_is_due(production):
    services.wait_until(
        lambda: production.sql("SELECT 1 FROM notices_beginning"), "The first run of the notices", seconds=90
    )


def test_what_was_started_is_still_running(production):
    queues = [queue.name for queue in settings.CELERY_TASK_QUEUES]
    running = {name: process.poll() for name, process in production.processes.items()}
    assert running == dict.fromkeys(["granian", *queues, "beat"])


def test_an_operator_is_told_how_every_part_is(production):
    outcomes = {outcome["key"]: outcome for outcome in json.loads(production.command("doctor", "--json"))}
    vital = {"database", "migrations", "static", "keys", "broker", "workers", "storage", "clock"}
    assert {key: outcomes[key]["state"] for key in vital} == dict.fromkeys(vital, "ok")


def test_who_asks_by_address_whether_it_is_ready_is_answered(visitor):
    answer = visitor().get("/health/ready", host="10.0.0.7:8000", x_forwarded_proto="http")
    assert (answer.status, answer.headers["Set-Cookie"]) == (200, None)


def test_so_many_at_once_wait_and_none_fails_for_want_of_a_connection(production):
    def ask(number: int) -> int:
        visitor = Visitor(production.port)
        return visitor.get("/verificar/ABCD-EFGH-JKLM/", x_forwarded_for=f"203.0.113.{number}").status

    with ThreadPoolExecutor(150) as pool:
        answers = Counter(pool.map(ask, range(150)))
        (connections,) = production.sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    assert answers == {404: 150}
    workers = 2 * len(settings.CELERY_TASK_QUEUES)
    assert connections[0] <= 8 + 1 + workers + 1  # Threads, /health/ready, workers, and who counts.


def test_anybody_may_ask_whether_a_term_is_ours(visitor):
    assert visitor().get("/verificar/").status == 200
    assert "Nenhum termo tem este código" in visitor().get("/verificar/ABCD-EFGH-JKLM/").main


def test_a_visitor_is_sent_to_sign_in(visitor):
    assert visitor().get("/projetos/").leads_to == "/conta/login/"


def test_without_https_a_visitor_is_sent_there(visitor):
    answer = visitor().get("/conta/login/", x_forwarded_proto="http")
    assert (answer.status, answer.headers["Location"]) == (301, "https://rollout.example.com/conta/login/")
    assert answer.headers["Set-Cookie"] is None


@pytest.mark.parametrize("language", ["pt-BR", "en"])
class TestRefusals:
    def test_an_address_that_does_not_exist_is_404(self, visitor, language):
        house_page(visitor(language).get("/nao-existe/"), 404, language)

    def test_a_form_without_its_protection_is_403(self, visitor, language):
        house_page(visitor(language).post("/conta/login/", login="a@example.com"), 403, language)

    def test_a_form_s_address_opened_as_a_page_is_405(self, visitor, language):
        answer = visitor(language).get("/verificar/comparar/")
        house_page(answer, 405, language)
        assert answer.headers["Allow"] == "POST"

    def test_a_request_that_cannot_be_read_is_400(self, visitor, language):
        person = visitor(language)
        person.get("/conta/login/")
        answer = person.send("POST", "/conta/login/", b"--x", content_type="multipart/form-data; boundary=" + "x" * 300)
        house_page(answer, 400, language)

    def test_more_than_is_taken_is_413(self, visitor, language):
        person = visitor(language)
        person.get("/conta/login/")
        assert "256 KB" in house_page(person.post("/conta/login/", login="a" * 3_000_000), 413, language)

    @pytest.mark.parametrize("path", ["/conta/login/", "/verificar/", "/static/css/app.css", "/nao-existe/"])
    def test_a_host_that_is_not_ours_is_400_and_leads_nowhere(self, visitor, language, path):
        answer = visitor(language).get(path, host="evil.example")
        assert answer.status == 400
        assert REFUSALS[400][language == "en"] in answer.main
        assert not LEAKS.search(answer.text)
        assert "href" not in answer.text

    def test_a_host_that_is_not_ours_is_400_at_the_api_in_json(self, visitor, language):
        answer = visitor(language).get("/api/rollouts/", host="evil.example")
        assert (answer.status, answer.headers["Content-Type"]) == (400, "application/json")

    def test_a_failure_is_500_and_tells_nothing_of_its_cause(self, visitor, production, language):
        with production.without("acceptance_acceptanceterm"):
            house_page(visitor(language).get("/verificar/ABCD-EFGH-JKLM/"), 500, language)

    def test_the_page_of_a_failure_needs_no_database(self, visitor, production, language):
        with production.without_database():
            house_page(visitor(language).get("/verificar/ABCD-EFGH-JKLM/"), 503, language)
        assert visitor(language).get("/verificar/ABCD-EFGH-JKLM/").status == 404


def test_a_person_who_is_signed_in_reads_a_failure_in_their_own_language(manager, production):
    production.sql("UPDATE accounts_user SET language = 'en'")
    try:
        with production.without("rollouts_rollout"):
            house_page(manager.get("/projetos/"), 500, "en")
    finally:
        production.sql("UPDATE accounts_user SET language = 'pt-br'")


def test_a_failure_of_the_api_is_json(manager, production):
    with production.without("api_apitoken"):
        answer = manager.get("/api/rollouts/", authorization="Bearer prt_x")
    assert (answer.status, answer.headers["Content-Type"]) == (500, "application/json")
    assert not LEAKS.search(answer.text)


class TestStaticFiles:
    @pytest.fixture
    def assets(self, visitor) -> list[str]:
        page = lxml.html.fromstring(visitor().get("/conta/login/").text)
        sprites = {address.partition("#")[0] for address in page.xpath("//use/@href")}
        return [
            *page.xpath("//link[@rel='stylesheet']/@href | //link[@rel='icon']/@href | //script[@src]/@src"),
            *sprites,
        ]

    def test_every_asset_of_a_page_bears_its_hash_and_is_kept_for_good(self, visitor, assets):
        assert len(assets) >= 5
        for path in assets:
            assert re.search(r"\.[0-9a-f]{12}\.(css|js|svg)$", path), path
            answer = visitor().get(path)
            policy = answer.headers["Cache-Control"]
            assert answer.status == 200
            assert "immutable" in policy
            assert int(re.search(r"max-age=(\d+)", policy)[1]) >= YEAR

    @pytest.mark.parametrize("encoding", ["gzip", "br"])
    def test_style_sheet_and_scripts_are_compressed(self, visitor, assets, encoding):
        large = [path for path in assets if re.search(r"/app\.[0-9a-f]{12}\.(css|js)$", path)]
        assert {path.rpartition(".")[2] for path in large} == {"css", "js"}
        for path in large:
            plain, packed = visitor().get(path), visitor().get(path, accept_encoding=encoding)
            assert (packed.headers["Content-Encoding"], packed.headers["Vary"]) == (encoding, "Accept-Encoding")
            assert len(packed.body) < len(plain.body)

    def test_a_plain_name_is_fresh_for_a_minute(self, visitor):
        answer = visitor().get("/static/css/app.css")
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "max-age=60, public")

    def test_the_source_of_the_style_sheet_is_not_published(self, visitor):
        assert b"tailwindcss" not in visitor().get("/static/css/app.css").body[200:]
        assert visitor().get("/static/css/input.css").status == 404

    def test_pages_are_kept_by_nobody(self, visitor):
        assert "no-store" in visitor().get("/conta/login/").headers["Cache-Control"]
