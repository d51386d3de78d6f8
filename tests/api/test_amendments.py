"""A tool of Presence answers and takes back amendments of the worksheet, by the same actions as the page."""

from typing import get_args

import pytest

from apps.core.process import Stage
from apps.stages.kickoff import api
from apps.stages.kickoff.models import Amendment, Row
from tests.api.factories import ApiTokenFactory, tool
from tests.kickoff.factories import KickoffFactory, RowFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    """The client proposed 1 to Presence, Presence proposed 2 to the client."""
    kickoff = KickoffFactory()
    rollout = kickoff.rollout
    row = RowFactory(kickoff=kickoff, cells={"platform_code": "pix", "note": "À vista"})
    for number, column, party, concerned, who in (
        (1, "note", "client", "presence", "client"), (2, "platform_code", "presence", "client", "pm"),
    ):  # fmt: skip
        Amendment.objects.create(
            kickoff=kickoff, number=number, row=row, column=column, before=row.cells[column], after="30 dias",
            party=party, concerned=concerned, proposed_by=rollout.people[who],
        )  # fmt: skip
    return rollout


def send(rollout, what, body, who="manager", **fields):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], **fields)
    return tool(token).post(f"/api/rollouts/{rollout.pk}/amendments/{what}/", body, content_type="application/json")


def read(rollout, query=""):
    token = ApiTokenFactory(rollout=rollout, scopes=["read"])
    return tool(token).get(f"/api/rollouts/{rollout.pk}/amendments/{query}").json()


def test_they_are_listed_by_state(rollout):
    rows = read(rollout)
    assert [(row["number"], row["before"], row["after"]) for row in rows] == [
        (1, "À vista", "30 dias"),
        (2, "pix", "30 dias"),
    ]
    assert [(row["party"], row["concerned"]) for row in rows] == [("client", "presence"), ("presence", "client")]
    assert read(rollout, "?state=accepted") == []
    assert [row["number"] for row in read(rollout, f"?after={rollout.kickoff.amendments.get(number=1).pk}")] == [2]


def test_one_that_is_accepted_stands_in_the_worksheet_and_is_answered_once(rollout):
    answer = send(rollout, "1/answer", {"accepts": True})
    assert (answer.status_code, answer.json()["state"]) == (201, "accepted")
    assert Row.objects.get(amendments__number=1).cell("note") == "30 dias"
    assert send(rollout, "1/answer", {"accepts": True}).status_code == 409
    assert send(rollout, "3/answer", {"accepts": True}).status_code == 404


def test_one_is_declined_with_a_reason(rollout):
    refused = send(rollout, "1/answer", {"accepts": False})
    assert (refused.status_code, refused.json()["field"]) == (422, "note")
    answer = send(rollout, "1/answer", {"accepts": False, "note": "Outro prazo"})
    assert (answer.status_code, answer.json()["state"], answer.json()["note"]) == (201, "declined", "Outro prazo")
    assert Row.objects.get(amendments__number=1).cell("note") == "À vista"


def test_whoever_proposed_takes_it_back_and_nobody_answers_for_another(rollout):
    assert send(rollout, "2/answer", {"accepts": True}).status_code == 403
    assert send(rollout, "1/withdrawal", {}).status_code == 403
    answer = send(rollout, "2/withdrawal", {})
    assert (answer.status_code, answer.json()["state"]) == (201, "withdrawn")
    assert send(rollout, "2/withdrawal", {}).status_code == 409


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_a_party_that_is_not_concerned_answers_nothing(rollout, who):
    assert send(rollout, "1/answer", {"accepts": True}, who).json()["code"] == "forbidden"
    assert send(rollout, "2/withdrawal", {}, who).json()["code"] == "forbidden"
    assert send(rollout, "1/answer", {"accepts": True}, who, scopes=["read"]).json()["code"] == "missing_scope"


class TestProposing:
    """The field ``sku`` of the map, between Presence and the integrator, after the minutes."""

    @pytest.fixture
    def rollout(self):
        kickoff = KickoffFactory(rollout=at_stage(RolloutFactory(), Stage.DEVELOPMENT))
        RowFactory(kickoff=kickoff, sheet="fields", method=kickoff.methods.get(), key="sku", cells={"rule": "Todos"})
        return kickoff.rollout

    def propose(self, rollout, who="integrator", **more):
        row = Row.objects.filter(kickoff__rollout=rollout, sheet="fields").get()
        body = {"row": row.pk, "column": "rule", "value": "Só a loja 1", "version": 0, "reason": "Combinado", **more}
        token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], scopes=["answers"])
        return tool(token).post(f"/api/rollouts/{rollout.pk}/amendments/", body, content_type="application/json")

    def test_a_row_is_read_with_the_versions_of_its_cells(self, rollout):
        [row] = (
            tool(ApiTokenFactory(rollout=rollout, scopes=["read"])).get(f"/api/rollouts/{rollout.pk}/worksheet/").json()
        )
        assert (row["cells"]["rule"], row["versions"]["rule"], row["cells"]["example"]) == ("Todos", 0, "")
        assert row["part"] == f"fields:{rollout.kickoff.methods.get().pk}"

    def test_a_tool_of_the_integrator_proposes_and_presence_answers(self, rollout):
        answer = self.propose(rollout)
        assert answer.status_code == 201, answer.content
        proposed = answer.json()
        assert (proposed["before"], proposed["after"], proposed["reason"]) == ("Todos", "Só a loja 1", "Combinado")
        assert (proposed["party"], proposed["concerned"], proposed["state"]) == ("integrator", "presence", "open")
        assert Row.objects.get(sheet="fields").cell("rule") == "Todos"
        assert rollout.open_requirements.filter(key="kickoff:amendments:presence").exists()
        assert send(rollout, f"{proposed['number']}/answer", {"accepts": True}, "manager").status_code == 201
        assert Row.objects.get(sheet="fields").cell("rule") == "Só a loja 1"

    def test_the_same_again_is_the_one_that_waits(self, rollout):
        first = self.propose(rollout).json()["number"]
        assert self.propose(rollout, version=1).json()["number"] == first
        assert rollout.kickoff.amendments.count() == 1

    def test_what_changed_since_it_was_read_is_not_proposed_over(self, rollout):
        self.propose(rollout)
        assert self.propose(rollout, value="Outra").status_code == 409  # version 0 was read
        assert self.propose(rollout, "platform", value="Outra", version=1).status_code == 409  # of another side
        assert self.propose(rollout, value="Todos", column="rule", version=9).status_code == 409
        assert rollout.kickoff.amendments.count() == 1

    def test_a_row_goes_by_an_amendment_too(self, rollout):
        Row.objects.filter(sheet="fields").delete()
        row = RowFactory(kickoff=rollout.kickoff, cells={"platform_code": "pix"})
        token = ApiTokenFactory(rollout=rollout, scopes=["answers"])
        for _again in range(2):
            answer = tool(token).post(
                f"/api/rollouts/{rollout.pk}/amendments/",
                {"row": row.pk, "removes": True},
                content_type="application/json",
            )
            assert (answer.status_code, answer.json()["removes"]) == (201, True), answer.content
        assert Row.objects.get(pk=row.pk).removed_at is None

    @pytest.mark.parametrize(
        ("more", "status", "field"),
        [({"row": 10**9}, 422, "row"), ({"row": 0}, 422, "row"), ({"column": "lua"}, 422, "column"),
         ({"column": ""}, 422, "column"), ({"column": "question"}, 422, "column"), ({"value": "x" * 301}, 422, "value"),
         ({"column": "direction", "value": "para cima"}, 422, "value"), ({"version": -1}, 422, "version"),
         ({"value": "Todos"}, 409, None), ({"removes": True}, 409, None)],
    )  # fmt: skip
    def test_what_is_wrong_is_said_on_its_field(self, rollout, more, status, field):
        answer = self.propose(rollout, **more)
        assert (answer.status_code, answer.json()["field"]) == (status, field)
        assert not rollout.kickoff.amendments.exists()

    def test_before_the_minutes_the_worksheet_is_written_on_the_page(self, rollout):
        assert self.propose(at_stage(rollout, Stage.KICKOFF)).status_code == 409

    def test_after_the_term_nothing_is_proposed(self, rollout):
        assert self.propose(at_stage(rollout, Stage.GO_LIVE)).status_code == 409


def test_its_values_are_those_of_the_worksheet():
    assert set(get_args(api.State)) == set(Amendment.State.values)
