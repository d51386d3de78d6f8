"""What the schema promises is what the door does, whatever is thrown at it (schemathesis); and who may read the schema."""

from functools import partial

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks as openapi

from apps.api import auth
from apps.api.api import api
from apps.limits import actions as limits
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation

pytestmark = pytest.mark.django_db

PROMISES = [
    checks.not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
    openapi.negative_data_rejection,
]


def operations() -> set[str]:
    """Read when asked: at import it would read the addresses of the application before the tests' settings hold."""
    paths = api.get_openapi_schema()["paths"].values()
    return {operation["operationId"] for methods in paths for operation in methods.values()}


@pytest.fixture
def in_this_transaction():
    """The application is called as a server calls it, which would close the connection of the test after each request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def thrown(settings, in_this_transaction, monkeypatch):
    """``thrown(headers, mode, examples)``: how often each status was answered to what the schema makes up."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    monkeypatch.setattr(auth, "WRONG_TOKENS", limits.Limit("wrong-token", ((1_000_000, limits.MINUTE),)))
    rollout = in_homologation()
    token = ApiTokenFactory(rollout=rollout)
    parts = {"rollout_id": rollout.pk, "code": "PED-01"}

    def at_home(case):
        """In the rollout of the token, unless the address is what does not fit: elsewhere all is 404."""
        values = case.meta.components.get(ParameterLocation.PATH)
        if values is None or values.mode == GenerationMode.NEGATIVE:
            return case
        case.path_parameters = {name: parts.get(name, value) for name, value in case.path_parameters.items()}
        return case

    def throw(mode, examples, *, signed=True):
        schema = schemathesis.openapi.from_dict(api.get_openapi_schema())
        schema.app = get_wsgi_application()
        headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {token.secret}"} if signed else {})
        statuses: dict[str, set[int]] = {}
        for valid in schema.get_all_operations():
            operation = valid.ok()
            strategy = operation.as_strategy(generation_mode=mode)
            strategy = strategy.filter(is_wrong_as_sent).map(at_home)
            name = operation.definition.raw["operationId"]
            bounded(partial(check, name, statuses, headers), strategy, examples)
        return statuses

    return throw


def is_wrong_as_sent(case) -> bool:
    """False for a case of which only the Authorization header is wrong: the right one is sent in its place, and it fits."""
    wrong_parts = {part for part, info in case.meta.components.items() if info.mode == GenerationMode.NEGATIVE}
    in_the_header = getattr(case.meta.phase.data, "parameter", None) == "Authorization"
    return not (in_the_header and wrong_parts == {ParameterLocation.HEADER})


def check(name, statuses, headers, case):
    response = case.call(headers=headers)
    statuses.setdefault(name, set()).add(response.status_code)
    case.validate_response(response, checks=PROMISES)


def bounded(check, strategy, examples):
    quiet = settings(
        max_examples=examples, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @quiet
    @given(case=strategy)
    def throw(case):
        check(case)

    throw()


def test_what_fits_the_schema_is_done_or_refused_as_documented(thrown):
    statuses_by_operation = thrown(GenerationMode.POSITIVE, 4)
    assert set(statuses_by_operation) == operations()
    done = {name for name, statuses in statuses_by_operation.items() if statuses & {200, 201}}
    assert done >= {"list_rollouts", "read_rollout", "read_gate", "list_requirements", "list_cases", "record_result"}


def test_what_does_not_fit_is_refused(thrown):
    statuses_by_operation = thrown(GenerationMode.NEGATIVE, 4)
    assert "log_progress" in statuses_by_operation
    assert not any(statuses & {201} for statuses in statuses_by_operation.values())


def test_without_a_token_nothing_is_answered(thrown):
    assert set().union(*thrown(GenerationMode.POSITIVE, 2, signed=False).values()) == {401}


class TestTheSchemaItself:
    def test_a_tool_reads_it_with_any_token_and_a_person_when_signed_in(self, client, client_for):
        rollout = in_homologation(opened=False)
        schema = tool(ApiTokenFactory(rollout=rollout, scopes=[])).get("/api/openapi.json").json()
        assert schema["components"]["securitySchemes"]["Token"] == {"type": "http", "scheme": "bearer"}
        assert client_for(rollout.people["client"]).get("/api/openapi.json").status_code == 200
        assert tool("prl_x").get("/api/openapi.json").status_code == 401
        assert client.get("/api/openapi.json").status_code == 302

    def test_every_operation_says_which_scope_it_needs_or_is_closed_to_tokens(self):
        schema = api.get_openapi_schema()
        scopes = {
            operation["operationId"]: operation.get("x-scope")
            for methods in schema["paths"].values()
            for operation in methods.values()
        }
        closed = {"compare_projects", "list_statements", "list_statements_csv", "hand_over_several", "merge_companies"}
        assert {name for name, scope in scopes.items() if scope is None} == closed
        assert scopes["record_result"] == scopes["record_junit"] == "results"
        assert (scopes["attach_evidence"], scopes["log_progress"]) == ("files", "progress")
        assert scopes["declare_delivery"] == "delivery"

    @pytest.mark.parametrize("address", ["/api/", "/api/nada/", "/api/rollouts", "/api/rollouts/x/", "/api/a%0Ab"])
    def test_an_address_that_is_not_there_is_refused_in_json(self, client, address):
        answer = client.get(address)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
