"""The operations of the API once more, for tools: which token gets what. It opens nothing but the API."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction

from apps.core import clock
from tests.access import probe
from tests.access.scene import Scene
from tests.access.table import rows
from tests.api.factories import ApiTokenFactory, tool

pytestmark = pytest.mark.django_db

COLUMNS = ["unknown", "revoked", "expired", "other", "bare", "integrator", "platform", "manager"]


def table() -> list[tuple[str, str, list[str]]]:
    lines = (Path(__file__).parent / "tokens.txt").read_text().splitlines()
    found = [line.split() for line in lines if line and not line.startswith("#")]
    return [(method, route, marks) for method, route, *marks in found]


def tokens(scene) -> dict[str, str]:
    people, past = scene.people, clock.now() - timedelta(days=1)

    def secret(person, rollout=scene.rollout, **fields):
        return ApiTokenFactory(rollout=rollout, person=people[person], **fields).secret

    return {
        "unknown": "prl_nobody",
        "revoked": secret("integrator", revoked_at=past),
        "expired": secret("integrator", expires_at=past),
        "other": secret("manager", rollout=scene.open_rollout),
        "bare": secret("integrator", scopes=[]),
        "integrator": secret("integrator"),
        "platform": secret("platform"),
        "manager": secret("manager"),
    }


def test_every_operation_is_in_the_table():
    stated = {(method, route) for method, route, _marks in table()}
    whole = {(row.method, row.route) for row in rows() if row.route.startswith("api-1:")}
    same_address = {("POST", "api-1:list_results"), ("GET", "api-1:record_result")}
    not_there = {("POST", "api-1:openapi-json"), ("POST", "api-1:api-root")}
    assert stated == whole - same_address - not_there


def test_each_token_gets_what_the_table_says(monkeypatch, settings):
    settings.API_REQUESTS_PER_MINUTE = 10_000
    scene = Scene(monkeypatch)
    given, wrong = tokens(scene), []
    for method, route, marks in table():
        for column, mark in zip(COLUMNS, marks, strict=True):
            client, url = tool(given[column]), probe.address(scene, route)
            with transaction.atomic():
                response = client.post(url, scene.data(route)) if method == "POST" else client.get(url)
                transaction.set_rollback(True)
            got = probe.MARKS.get(response.status_code, str(response.status_code))
            if got != mark:
                wrong.append(f"{method} {route}: {column} gets {got}, not {mark}")
    for address in ("/", f"/projetos/{scene.rollout.pk}/", f"/projetos/{scene.rollout.pk}/api/"):
        assert tool(given["manager"]).get(address).status_code == 302, f"{address} is no place for a token"
    assert not wrong, "\n".join(wrong)
