"""A tool of Presence reads whose turn it is to sign and reminds them; it signs nothing."""

from datetime import timedelta

import pytest

from apps.api import actions as api
from apps.core import clock
from apps.core.refusals import Invalid
from apps.core.web.rest import Scope
from tests.acceptance.factories import a_draft, opened, signs
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation
from tests.companies.factories import a_person

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def standing_term(stand):
    return stand(lambda: opened(a_draft(steps={"client": 1, "integrator": 2, "presence": 2}), pdf=b"%PDF-1.7 teste"))


@pytest.fixture
def rollout(standing_term):
    """Its term waits for the client, then for the two others."""
    return standing_term.copy().rollout


def remind(rollout, who="manager", **fields):
    token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], **fields)
    return tool(token).post(f"/api/rollouts/{rollout.pk}/term/reminder/", {}, content_type="application/json")


def read(rollout):
    return tool(ApiTokenFactory(rollout=rollout, scopes=["read"])).get(f"/api/rollouts/{rollout.pk}/term/")


def turns(answer):
    return {row["role"] for row in answer["signatories"] if row["turn"]}


def test_whose_turn_it_is_is_read(rollout):
    answer = read(rollout).json()
    assert (answer["version"], answer["state"], turns(answer)) == (1, "ready", {"client"})
    signs(rollout.terms.get(), "client")
    answer = read(rollout).json()
    assert turns(answer) == {"integrator", "presence"}
    assert {row["role"]: row["state"] for row in answer["signatories"]}["client"] == "signed"


def test_they_are_reminded_and_not_again_within_twelve_hours(rollout):
    now = clock.now()
    reminded = remind(rollout)
    assert (reminded.status_code, turns(reminded.json())) == (201, {"client"})
    assert rollout.events.filter(kind="acceptance.reminded").count() == 1
    again = remind(rollout)
    assert (again.status_code, again.json()["code"]) == (429, "too_many_requests")
    assert int(again["Retry-After"]) > 0
    with clock.at(now + timedelta(hours=13)):
        assert remind(rollout).status_code == 201


@pytest.mark.parametrize("who", ["integrator", "platform"])
def test_the_parties_remind_nobody(rollout, who):
    assert remind(rollout, who).json()["code"] == "forbidden"
    assert remind(rollout, who, scopes=["read"]).json()["code"] == "missing_scope"


class TestWhoSignsInPlaceOfSomebodyWhoLeft:
    @pytest.fixture
    def successor(self, rollout):
        """Of the client, whose signatory has left."""
        rollout.terms.get().signatories.get(role="client").user.memberships.all().delete()
        return a_person(rollout.company("client"))

    def designate(self, rollout, to, who="manager", role="client", **fields):
        token = ApiTokenFactory(rollout=rollout, person=rollout.people[who], **fields)
        body = {"role": role, "to": to.email.upper(), "reason": "Saiu da empresa"}
        return tool(token).post(f"/api/rollouts/{rollout.pk}/term/designation/", body, content_type="application/json")

    def test_a_token_made_for_it_names_them_and_the_event_names_the_token(self, rollout, successor):
        answer = self.designate(rollout, successor, scopes=["signatories"])
        assert (answer.status_code, turns(answer.json())) == (201, {"client"})
        signatory = rollout.terms.get().signatories.get(role="client")
        assert (signatory.user, signatory.designated_by) == (successor, str(rollout.people["manager"]))
        event = rollout.events.get(kind="acceptance.designated")
        assert (event.data["machine"], event.data["reason"]) == (rollout.api_tokens.get().name, "Saiu da empresa")
        assert self.designate(rollout, successor).status_code == 409

    def test_another_scope_or_another_person_names_nobody(self, rollout, successor):
        every_other = [scope for scope in Scope.values if scope != "signatories"]
        assert self.designate(rollout, successor, scopes=every_other).json()["code"] == "missing_scope"
        for who in ("pm", "integrator", "platform"):
            assert self.designate(rollout, successor, who).json()["code"] == "forbidden"

    def test_somebody_who_is_not_of_the_company_signs_nothing(self, rollout, successor):
        answer = self.designate(rollout, rollout.people["integrator"])
        assert (answer.status_code, answer.json()["field"]) == (422, "to")

    def test_a_signatory_who_is_there_is_not_replaced(self, rollout):
        assert self.designate(rollout, a_person(rollout.company("client"))).status_code == 409

    def test_a_session_wants_the_fresh_proof_of_the_page(self, rollout, successor, client_for):
        browser = client_for(rollout.people["manager"])
        url, body = (
            f"/api/rollouts/{rollout.pk}/term/designation/",
            {"role": "client", "to": successor.email, "reason": "x"},
        )
        answer = browser.post(url, body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "person_required")
        assert not rollout.events.filter(kind="acceptance.designated").exists()

    @pytest.mark.parametrize(("days", "is_made"), [(None, False), (8, False), (7, True), (0, True)])
    def test_such_a_token_ends_within_seven_days(self, rollout, days, is_made):
        expires = None if days is None else clock.today() + timedelta(days=days)
        make = {"by": rollout.people["manager"], "name": "RH", "scopes": ["signatories"], "expires": expires}
        if is_made:
            assert api.issue_token(rollout, **make)
        else:
            with pytest.raises(Invalid) as refusal:
                api.issue_token(rollout, **make)
            assert refusal.value.field == "expires"

    @pytest.mark.parametrize("who", ["pm", "integrator", "platform"])
    def test_only_a_manager_of_presence_makes_one(self, rollout, who):
        assert "signatories" not in api.scopes_for(rollout.people[who], rollout)


def test_without_a_term_in_force_there_is_nothing():
    rollout = in_homologation()
    assert read(rollout).status_code == remind(rollout).status_code == 404
