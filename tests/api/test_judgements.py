"""A tool judges what came up in the homologation, by the same actions as the pages."""

from typing import get_args

import pytest

from apps.core.process import PartyRole, Stage
from apps.rollouts.models import Rollout
from apps.stages.homologation import api_shapes, judgements_api
from apps.stages.homologation.execution import rounds
from apps.stages.homologation.execution.retest import Scope
from apps.stages.homologation.models import Nonconformity, Script
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation
from tests.homologation.factories import NonconformityFactory
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def homologating(stand):
    return stand(in_homologation)


@pytest.fixture
def rollout(homologating):
    """With NC-1 and NC-2, open."""
    rollout = homologating.copy()
    for code in ("PED-01", "PED-02"):
        case = rollout.script.cases.get(code=code)
        NonconformityFactory(rollout=rollout, case=case, opened_by=rollout.people["pm"])
    return rollout


def send(rollout, what, body, who="manager", **fields):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], **fields)
    return tool(token).post(f"/api/rollouts/{rollout.pk}/{what}/", body, content_type="application/json")


def read(rollout, what):
    return tool(ApiTokenFactory(rollout=rollout, scopes=["read"])).get(f"/api/rollouts/{rollout.pk}/{what}").json()


def states(rollout):
    return {row["label"]: row["state"] for row in read(rollout, "nonconformities/")}


def test_one_is_declined_and_its_owner_contests_that(rollout):
    declined = send(rollout, "nonconformities/1/dismissal", {"reason": "Outra loja"})
    assert (declined.status_code, declined.json()["label"], declined.json()["state"]) == (201, "NC-1", "declined")
    assert states(rollout) == {"NC-1": "declined", "NC-2": "open"}
    assert [row["label"] for row in read(rollout, "nonconformities/?state=declined")] == ["NC-1"]
    assert send(rollout, "nonconformities/1/dismissal", {"reason": "Outra loja"}).status_code == 409
    contested = send(rollout, "nonconformities/1/objection", {"reason": "Repete-se"}, "integrator", scopes=["results"])
    assert (contested.status_code, contested.json()["state"]) == (201, "open")
    assert send(rollout, "nonconformities/1/objection", {"reason": "Repete-se"}).status_code == 409


def test_a_long_list_leads_from_page_to_page(rollout, monkeypatch):
    monkeypatch.setattr(judgements_api, "NONCONFORMITIES", 1)
    client, labels = tool(ApiTokenFactory(rollout=rollout, scopes=["read"])), []
    url = f"/api/rollouts/{rollout.pk}/nonconformities/?state=open"
    while url:
        answer = client.get(url)
        labels += [row["label"] for row in answer.json()]
        url = answer.get("Link", "").partition(">")[0].removeprefix("<http://testserver")
    assert labels == ["NC-1", "NC-2"]


def test_one_is_merged_into_another_that_is_open_and_into_nothing_else(rollout):
    for into in (1, 3):
        answer = send(rollout, "nonconformities/1/merger", {"into": into})
        assert (answer.status_code, answer.json()["field"]) == (422, "into")
    merged = send(rollout, "nonconformities/1/merger", {"into": 2})
    assert (merged.status_code, merged.json()["state"]) == (201, "duplicate")
    assert rollout.nonconformities.get(number=1).duplicate_of.number == 2


def test_what_is_left_out_of_a_classification_stays(rollout):
    due = {"due": "2090-01-31", "severity": "minor"}
    answer = send(rollout, "nonconformities/1/classification", due)
    assert answer.status_code == 201, answer.content
    assert (answer.json()["severity"], answer.json()["owner"]) == ("minor", "integrator")
    answer = send(rollout, "nonconformities/1/classification", {"owner": "platform"}).json()
    assert (answer["severity"], answer["owner"], answer["due"]) == ("minor", "platform", "2090-01-31")
    assert send(rollout, "nonconformities/1/classification", {"due": None}).json()["due"] is None


def test_a_condition_is_switched_on_at_once_and_off_only_proposed(rollout):
    kit = {"condition": "kit", "title": "Vende kits", "on": False, "waiting": False}
    assert read(rollout, "scope/") == [kit]
    more = send(rollout, "scope", {"condition": "kit", "reason": "Passou a vender"})
    assert (more.status_code, more.json()) == (201, [kit | {"on": True}])
    assert rollout.script.rounds.get().cases.filter(code="EST-10").exists()
    less = send(rollout, "scope", {"condition": "kit", "reason": "Ficam para depois"})
    assert (less.status_code, less.json()) == (201, [kit | {"on": True, "waiting": True}])
    assert send(rollout, "scope", {"condition": "kit", "reason": "De novo"}).status_code == 409


def test_a_proposal_to_switch_a_condition_off_is_taken_back_until_the_client_answers(rollout):
    assert send(rollout, "scope/kit/withdrawal", {}).status_code == 409
    for reason in ("Passou a vender", "Ficam para depois"):
        send(rollout, "scope", {"condition": "kit", "reason": reason})
    for who in ("integrator", "platform"):
        assert send(rollout, "scope/kit/withdrawal", {}, who).json()["code"] == "forbidden"
    answer = send(rollout, "scope/kit/withdrawal", {})
    assert (answer.status_code, answer.json()[0]["on"], answer.json()[0]["waiting"]) == (201, True, False)
    assert send(rollout, "scope/kit/withdrawal", {}).status_code == 409


def test_the_platform_objects_to_the_end_of_one_that_it_corrects(rollout):
    rollout.nonconformities.update(owner="platform", state="declined")
    answer = send(rollout, "nonconformities/1/objection", {"reason": "Repete-se"}, "platform", scopes=["answers"])
    assert (answer.status_code, answer.json()["state"]) == (201, "open")
    rollout.nonconformities.update(owner="integrator", state="declined")
    answer = send(rollout, "nonconformities/2/objection", {"reason": "x"}, "platform", scopes=["answers"])
    assert answer.json()["code"] == "forbidden"


def test_a_round_takes_the_chosen_cases_and_those_that_depend_on_them(rollout):
    assert send(rollout, "rounds", {"scope": "cases", "codes": ["PED-03"]}).status_code == 409
    for scope, cases in (("cases", ["PED-01"]), ("dependents", ["PED-01", "PED-02"])):
        rounds.close_round(rollout.script, by=rollout.people["analyst"])
        opened = send(rollout, "rounds", {"scope": scope, "codes": ["PED-01"]})
        assert (opened.status_code, opened.json()["cases"]) == (201, cases)
    assert opened.json()["number"] == 3


def test_results_are_kept_for_a_newer_version_once(rollout):
    assert send(rollout, "kept-results", {"reason": "Só o log"}).status_code == 409
    Script.objects.filter(rollout=rollout).update(judged_version="1.0")
    Rollout.objects.filter(pk=rollout.pk).update(connector_version="1.1")
    answer = send(rollout, "kept-results", {"reason": "Só o log"})
    assert (answer.status_code, answer.json()) == (201, {"version": "1.1"})
    assert send(rollout, "kept-results", {"reason": "Só o log"}).status_code == 409


WRONG = [
    ("nonconformities/1/dismissal", {"reason": " "}, "reason"), ("nonconformities/1/merger", {"into": 0}, "into"),
    ("nonconformities/1/classification", {"due": "2001-01-01"}, "due"), ("rounds", {"scope": "some"}, "scope"),
    ("nonconformities/1/classification", {"severity": "grave"}, "severity"), ("scope", {"condition": "kit"}, "reason"),
    ("scope", {"condition": "lua", "reason": "x"}, "condition"), ("kept-results", {}, "reason"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "body", "field"), WRONG)
def test_what_is_wrong_is_said_on_its_field(rollout, what, body, field):
    count = rollout.events.count()
    answer = send(rollout, what, body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)
    assert rollout.events.count() == count


@pytest.mark.parametrize(("body", "field"), [({"scope": "cases"}, "codes"), ({"scope": "process"}, "process")])
def test_a_round_of_nothing_names_what_was_not_chosen(rollout, body, field):
    rounds.close_round(rollout.script, by=rollout.people["analyst"])
    answer = send(rollout, "rounds", body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_the_parties_judge_nothing_even_with_every_scope(rollout, who):
    for what, body in (
        ("nonconformities/1/dismissal", {"reason": "x"}), ("nonconformities/1/merger", {"into": 2}),
        ("nonconformities/1/classification", {"severity": "minor"}), ("scope", {"condition": "kit", "reason": "x"}),
        ("rounds", {"scope": "all"}), ("kept-results", {"reason": "x"}),
    ):  # fmt: skip
        answer = send(rollout, what, body, who)
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), what
    assert (
        send(rollout, "nonconformities/1/dismissal", {"reason": "x"}, scopes=["results"]).json()["code"]
        == "missing_scope"
    )


def test_a_platform_that_does_not_owe_the_correction_contests_nothing(rollout):
    rollout.nonconformities.update(state="declined")
    assert send(rollout, "nonconformities/1/objection", {"reason": "x"}, "platform").status_code == 403


def test_after_the_homologation_nothing_of_its_scope_changes(rollout):
    at_stage(rollout, Stage.ACCEPTANCE)
    assert send(rollout, "scope", {"condition": "kit", "reason": "x"}).status_code == 409
    assert send(rollout, "rounds", {"scope": "all"}).status_code == 409


def test_its_values_are_those_of_the_homologation():
    assert set(get_args(api_shapes.State)) == set(Nonconformity.State.values)
    assert set(get_args(api_shapes.Severity)) == set(Nonconformity.Severity.values)
    assert set(get_args(api_shapes.Owner)) == set(PartyRole.values)
    assert set(get_args(api_shapes.RoundScope)) == set(Scope.values)
