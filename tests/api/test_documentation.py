"""Every curl of docs/api.md and of the reference page is sent and does what it says there; the page is drawn whole."""

import html
import re
import subprocess
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.db import transaction

from apps.api.api import api
from apps.companies.models import Kind
from apps.core.process import Stage
from apps.rollouts.models import Hold, Rollout
from apps.stages.homologation.execution import actions
from tests.api import curl
from tests.api.factories import ApiTokenFactory
from tests.api.scenes import in_homologation
from tests.blueprints import shipped
from tests.companies.factories import CompanyFactory
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
}
"""Where a command makes sense, by the last part of its address, if not in the homologation."""


def send(rollout, command):
    """The answer in the stage in which the command makes sense, with what its address and its body name in place."""
    result = actions.record_result(
        rollout.script.cases.get(code="PED-03"), by=rollout.people["integrator"], outcome="passed"
    )
    command.url = re.sub(r"/results/\d+/", f"/results/{result.pk}/", command.url)
    command.url = re.sub(r"/rollouts/\d+/", f"/rollouts/{rollout.pk}/", command.url)
    what = command.url.rstrip("/").rpartition("/")[2]
    analyst, _is_new = rollout.analysts.get_or_create(membership=rollout.people["manager"].memberships.get())
    command.url = re.sub(r"/analysts/\d+/", f"/analysts/{analyst.pk}/", command.url)
    waiver, _is_new = rollout.waivers.get_or_create(
        gate="complete", requirement="x:y", text="x", reason="x", waived_by=rollout.people["manager"]
    )
    command.url = re.sub(r"/waivers/\d+/", f"/waivers/{waiver.pk}/", command.url)
    rollout.holds.all().delete()
    if what == "resumption":
        Hold.objects.create(rollout=rollout, caused_by="client", reason="Férias")
    at_stage(rollout, STAGES.get(what, Stage.HOMOLOGATION))
    if command.body:
        version = Rollout.objects.get(pk=rollout.pk).version
        command.body = re.sub(r'"version": \d+', f'"version": {version}', command.body)
        command.body = command.body.replace("bia@presence.example", rollout.people["manager"].email)
        command.body = command.body.replace("rui@presence.example", rollout.people["analyst"].email)
        command.body = command.body.replace("11.222.333/0001-81", CompanyFactory(kind=Kind.INTEGRATOR).cnpj)
    with transaction.atomic():
        answer = curl.send(command, FILES)
        transaction.set_rollback(what in ("replacement", "phases", "cancellation"))  # The next finds it as it was.
    at_stage(rollout, Stage.HOMOLOGATION)
    return answer


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
        of_the_project = operations[name].get("x-scope") == "project"
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
    for words in (*Scope.values, *CODES.values(), "idempotency_conflict", "missing_scope"):
        assert f"`{words}`" in text


def test_the_examples_are_a_shell_script_and_a_pipeline_that_calls_it():
    script = DOCS / "examples" / "homologar.sh"
    subprocess.run(["sh", "-n", script], check=True)
    pipeline = yaml.safe_load((DOCS / "examples" / "github-actions.yml").read_text())
    [step] = [step for step in pipeline["jobs"]["homologar"]["steps"] if "env" in step]
    assert script.name in step["run"]
    read = set(re.findall(r"\$\{?([A-Z_]+)", script.read_text()))
    assert set(step["env"]) <= read
