"""Every curl of docs/api.md and of the reference page is sent and does what it says there; the page is drawn whole."""

import html
import re
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import transaction

from apps.api.api import api
from apps.companies.models import Kind
from apps.core import clock
from apps.core.process import Stage
from apps.rollouts.models import Hold, Rollout
from apps.stages.homologation.execution import actions, rounds
from apps.stages.homologation.models import Script
from apps.stages.kickoff.models import Amendment
from tests.api import curl
from tests.api.factories import ApiTokenFactory
from tests.api.scenes import in_homologation
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory, a_person
from tests.files.factories import StoredFileFactory
from tests.golive.factories import ChecklistItemFactory, WindowFactory
from tests.homologation.factories import NonconformityFactory
from tests.kickoff.factories import KickoffFactory, RowFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db

DOCS = Path(settings.BASE_DIR) / "docs"
FILES = {
    "junit.xml": b'<testsuite><testcase name="test_ped_03"/><testcase name="test_ped_01"/></testsuite>',
    "evidencia.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "conector.log": b"ok",
}


def with_the_blueprints() -> Rollout:
    """A rollout in homologation, and what the phase that follows it starts from."""
    shipped.load()
    return in_homologation()


@pytest.fixture(scope="module", autouse=True)
def homologating(stand):
    return stand(with_the_blueprints)


@pytest.fixture
def rollout(homologating):
    return homologating.copy()


STAGES = {
    "progress": Stage.DEVELOPMENT,
    "deliveries": Stage.DEVELOPMENT,
    "return": Stage.GO_LIVE,
    "reopening": Stage.COMPLETED,
    "phases": Stage.COMPLETED,
    "waivers": Stage.GO_LIVE,
    "rollback": Stage.GO_LIVE,
    "no-go": Stage.GO_LIVE,
    "untick": Stage.GO_LIVE,
}
"""Where a command makes sense, by the last part of its address, if not in the homologation."""


ROLLED_BACK = {
    "replacement",
    "phases",
    "cancellation",
    "merger",
    "scope",
    "rounds",
    "kept-results",
    "rollback",
    "waivers",
    "term",
    "designation",
    "reminder",
    "amendments",
    "answer",
    "withdrawal",
}
"""After these the next command finds the rollout as it was."""


def send(rollout, command):
    """The answer in the stage in which the command makes sense, with what its address and its body name in place."""
    parts, what = laid_out(rollout), command.url.rstrip("/").rpartition("/")[2]
    for name, key in parts.items():
        command.url = re.sub(rf"/{name}/\d+/", f"/{name}/{key}/", command.url)
    at_stage(rollout, STAGES.get(what, Stage.HOMOLOGATION))
    if command.body:
        version = Rollout.objects.get(pk=rollout.pk).version
        if what != "amendments":  # there it is the version of a cell
            command.body = re.sub(r'"version": \d+', f'"version": {version}', command.body)
        command.body = command.body.replace("bia@presence.example", rollout.people["manager"].email)
        command.body = command.body.replace("rui@presence.example", rollout.people["analyst"].email)
        command.body = command.body.replace("11.222.333/0001-81", CompanyFactory(kind=Kind.INTEGRATOR).cnpj)
    with transaction.atomic():
        if what in STATES:
            STATES[what](rollout)
        answer = curl.send(command, FILES)
        transaction.set_rollback(what in ROLLED_BACK)
    at_stage(rollout, Stage.HOMOLOGATION)
    return answer


def laid_out(rollout) -> dict[str, int]:
    """What commands name is there, as they have to find it; its keys by the part of an address that stands before them."""
    case, manager = rollout.script.cases.get(code="PED-03"), rollout.people["manager"]
    result = actions.record_result(case, by=rollout.people["integrator"], outcome="passed")
    analyst, _is_new = rollout.analysts.get_or_create(membership=manager.memberships.get())
    waiver, _is_new = rollout.waivers.get_or_create(
        gate="complete", requirement="x:y", text="x", reason="x", waived_by=manager
    )
    for number in (1, 2):
        if not rollout.nonconformities.filter(number=number).exists():
            NonconformityFactory(rollout=rollout, number=number, case=case, opened_by=manager)
    rollout.nonconformities.update(state="open", duplicate_of=None)
    if not rollout.golive_windows.exists():
        WindowFactory(rollout=rollout, starts_at=clock.now() - timedelta(minutes=5))
        ChecklistItemFactory(rollout=rollout, key="parameters", owner="integrator")
    rollout.golive_windows.update(lapsed_at=None)
    rollout.golive_items.update(done_at=clock.now(), done_by=manager)
    rollout.holds.all().delete()
    return {"rollouts": rollout.pk, "results": result.pk, "analysts": analyst.pk, "waivers": waiver.pk}


def on_hold(rollout) -> None:
    Hold.objects.create(rollout=rollout, caused_by="client", reason="Férias")


def declined(rollout) -> None:
    rollout.nonconformities.update(state="declined")


def without_an_open_round(rollout) -> None:
    rounds.close_round(rollout.script, by=rollout.people["analyst"])


def with_a_newer_connector(rollout) -> None:
    Script.objects.filter(rollout=rollout).update(judged_version="1.0")
    Rollout.objects.filter(pk=rollout.pk).update(connector_version="1.1")


def without_a_window(rollout) -> None:
    rollout.golive_windows.all().delete()


def with_a_term(rollout) -> None:
    manager, client = rollout.people["manager"], rollout.people["client"]
    term = rollout.terms.create(
        version=1, state="ready", record={}, record_sha256="0" * 64, pdf=StoredFileFactory(), drafted_by=manager
    )
    term.signatories.create(user=client, role="client", name=str(client), email=client.email)


def with_an_amendment(rollout, party="client", concerned="presence") -> None:
    kickoff = KickoffFactory(rollout=rollout)
    Amendment.objects.create(
        kickoff=kickoff, number=1, row=RowFactory(kickoff=kickoff), column="note", after="30 dias",
        party=party, concerned=concerned, proposed_by=rollout.people["client"],
    )  # fmt: skip


def with_what_presence_proposed(rollout) -> None:
    with_an_amendment(rollout, party="presence", concerned="client")
    rollout.script.reductions.create(
        condition_key="kit", condition="Kits", reason="x", proposed_by=rollout.people["pm"]
    )


def with_a_row_of_the_worksheet(rollout) -> None:
    kickoff = KickoffFactory(rollout=rollout)
    RowFactory(pk=7, kickoff=kickoff, sheet="fields", method=kickoff.methods.get(), key="sku")


def with_a_term_whose_signatory_left(rollout) -> None:
    with_a_term(rollout)
    rollout.people["client"].memberships.all().delete()
    a_person(rollout.company("client"), email="ana@loja.example")


STATES = {
    "answer": with_an_amendment,
    "withdrawal": with_what_presence_proposed,
    "amendments": with_a_row_of_the_worksheet,
    "designation": with_a_term_whose_signatory_left,
    "waivers": without_a_window,
    "term": with_a_term,
    "reminder": with_a_term,
    "resumption": on_hold,
    "objection": declined,
    "rounds": without_an_open_round,
    "kept-results": with_a_newer_connector,
}
"""What a command needs to find, by the last part of its address."""


def of_a_manager(rollout):
    return ApiTokenFactory(rollout=rollout, person=rollout.people["manager"])


def operation(command) -> str:
    """The operation of the schema that the command reaches."""
    path = re.sub(r"^https?://[^/]+|\?.*", "", command.url)
    for address, methods in api.get_openapi_schema()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", address)
        if re.fullmatch(pattern, path) and command.method.lower() in methods:
            return methods[command.method.lower()]["operationId"]
    raise AssertionError(f"{command.method} {path} is no operation")


def test_every_curl_of_the_page_works_and_every_operation_for_tokens_has_one(rollout):
    token = ApiTokenFactory(rollout=rollout)
    base = f"https://rollout.example.com/api/rollouts/{rollout.pk}"
    secrets = {"TOKEN": token.secret, "MANAGER_TOKEN": of_a_manager(rollout).secret}
    commands = curl.commands((DOCS / "api.md").read_text(), {"BASE": base, **secrets})
    wrong = []
    for command in commands:
        answer = send(rollout, command)
        expected = 201 if command.method == "POST" and "dry_run" not in command.url else 200
        if answer.status_code != expected:
            wrong.append((command, answer.status_code, answer.content))
    assert not wrong
    documented = {operation(command) for command in commands}
    assert documented == {
        row["operationId"]
        for methods in api.get_openapi_schema()["paths"].values()
        for row in methods.values()
        if "x-scope" in row
    }


def test_the_reference_shows_every_operation_with_a_curl_that_works(rollout, client_for):
    browser = client_for(rollout.people["integrator"])
    page = browser.get("/api/docs").content.decode()
    assert browser.get("/api/docs/").status_code == 200
    token, manager = ApiTokenFactory(rollout=rollout), of_a_manager(rollout)
    commands = dict(re.findall(r'<code id="curl-(\w+)">(.*?)</code>', page, re.DOTALL))
    schema = api.get_openapi_schema()
    operations = {row["operationId"]: row for methods in schema["paths"].values() for row in methods.values()}
    assert set(commands) == set(operations)
    for name, text in commands.items():
        of_the_project = {"project", "signatories"} & set(operations[name].get("x-scope", "").split(" | "))
        command = curl.parse(html.unescape(text), {"TOKEN": (manager if of_the_project else token).secret})
        answer = send(rollout, command)
        done = {200, 201} if "x-scope" in operations[name] else {403}
        assert answer.status_code in done, (name, answer.content)


def test_the_reference_names_scopes_fields_and_refusals(rollout, client_for):
    page = client_for(rollout.people["client"]).get("/api/docs").content.decode()
    for words in ('"passed" | "failed"', "Idempotency-Key", "429 too_many_requests", "multipart/form-data", "dry_run"):
        assert words in html.unescape(page)
    assert "<script>" not in page
    assert "cdn" not in page.lower()


def test_every_operation_has_its_words_in_both_languages():
    from django.utils import translation

    from apps.api.reference import words_by_operation

    words = words_by_operation()
    operations = {
        row["operationId"] for methods in api.get_openapi_schema()["paths"].values() for row in methods.values()
    }
    assert set(words) == operations
    with translation.override("en"):
        assert str(words["read_case"].title) == "One case"


def test_scopes_and_refusals_are_in_the_documentation():
    from apps.core.refusals import CODES
    from apps.core.web.rest import Scope

    text = (DOCS / "api.md").read_text()
    for words in (*Scope.values, *CODES.values(), "idempotency_conflict", "missing_scope", "person_required"):
        assert f"`{words}`" in text


def test_the_examples_are_a_shell_script_and_a_pipeline_that_calls_it():
    script = DOCS / "examples" / "homologar.sh"
    subprocess.run(["sh", "-n", script], check=True)
    pipeline = yaml.safe_load((DOCS / "examples" / "github-actions.yml").read_text())
    [step] = [step for step in pipeline["jobs"]["homologar"]["steps"] if "env" in step]
    assert script.name in step["run"]
    read = set(re.findall(r"\$\{?([A-Z_]+)", script.read_text()))
    assert set(step["env"]) <= read
