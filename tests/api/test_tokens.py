"""A token is shown once, acts as its person within its scopes and its rollout, and ends when it should."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from apps.accounts import address_changes as addresses
from apps.accounts import personal_data
from apps.api import actions
from apps.api.models import ApiToken, digest_of
from apps.companies import actions as companies
from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from tests.accounts.factories import AddressChangeFactory
from tests.accounts.proving import prove
from tests.api.factories import ApiTokenFactory, tool
from tests.companies.factories import MembershipFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    return at_stage(RolloutFactory(), Stage.DEVELOPMENT)


def issue(rollout, who="integrator", **fields):
    return actions.issue_token(rollout, by=rollout.people[who], **{"name": "CI", "scopes": ["read"], **fields})


def address(rollout, rest=""):
    return f"/api/rollouts/{rollout.pk}/{rest}"


class TestIssuing:
    def test_only_the_digest_is_kept_and_the_timeline_names_no_secret(self, rollout):
        token, secret = issue(rollout, scopes=["read", "results"])
        assert secret.startswith("prl_")
        assert len(secret) > 40
        row = ApiToken.objects.filter(pk=token.pk).values().get()
        assert secret not in str(row)
        assert row["digest"] == digest_of(secret)
        event = rollout.events.get(kind="api.token_issued")
        assert event.data == {"name": "CI", "scopes": "read, results"}
        assert "criou o token de API “CI” (read, results)" in event.describe()

    @pytest.mark.parametrize(
        ("who", "may"),
        [("integrator", True), ("platform", True), ("manager", True), ("pm", False), ("analyst", False),
         ("client", False), ("client_member", False), ("stranger", False)],
    )  # fmt: skip
    def test_integrator_platform_and_presences_managers_issue(self, rollout, who, may):
        if may:
            assert issue(rollout, who)[0].membership.user == rollout.people[who]
        else:
            with pytest.raises(NotAllowed):
                issue(rollout, who)

    @pytest.mark.parametrize(
        ("fields", "field"),
        [({"name": " "}, "name"), ({"scopes": []}, "scopes"), ({"scopes": ["everything"]}, "scopes"),
         ({"expires": clock.today() - timedelta(days=1)}, "expires")],
    )  # fmt: skip
    def test_what_is_missing_or_wrong_is_said_on_its_field(self, rollout, fields, field):
        with pytest.raises(Invalid) as refusal:
            issue(rollout, **fields)
        assert refusal.value.field == field

    def test_a_name_is_in_use_until_its_token_is_revoked(self, rollout):
        token, _secret = issue(rollout)
        with pytest.raises(Invalid, match="Já existe"):
            issue(rollout)
        actions.revoke_token(token, by=rollout.people["integrator"])
        issue(rollout)

    def test_nobody_gives_a_token_what_they_may_not_do_themselves(self, rollout):
        assert actions.scopes_for(rollout.people["platform"], rollout) == ["read", "answers"]
        assert actions.scopes_for(rollout.people["manager"], rollout) == [
            "read", "results", "files", "answers", "project", "signatories",
        ]  # fmt: skip
        with pytest.raises(Invalid):
            issue(rollout, "platform", scopes=["results"])

    def test_a_closed_rollout_gets_no_more_tokens(self, rollout):
        with pytest.raises(Refusal, match="encerrado"):
            issue(at_stage(rollout, Stage.CANCELLED))


class TestRevoking:
    def test_it_ends_at_once_and_the_timeline_tells(self, rollout):
        token, secret = issue(rollout)
        assert tool(secret).get(address(rollout)).status_code == 200
        actions.revoke_token(token, by=rollout.people["integrator"])
        answer = tool(secret).get(address(rollout))
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")
        assert "revogado" in answer.json()["message"]
        assert answer["WWW-Authenticate"] == "Bearer"
        assert rollout.events.get(kind="api.token_revoked").data == {"name": "CI", "scopes": "read"}

    def test_twice_is_refused(self, rollout):
        token, _secret = issue(rollout)
        actions.revoke_token(token, by=rollout.people["integrator"])
        with pytest.raises(Refusal, match="já foi revogado"):
            actions.revoke_token(token, by=rollout.people["integrator"])

    @pytest.mark.parametrize(
        ("who", "may"), [("integrator", True), ("manager", True), ("platform", False), ("pm", False), ("client", False)]
    )
    def test_the_same_company_and_presences_managers_revoke(self, rollout, who, may):
        token, _secret = issue(rollout)
        if may:
            actions.revoke_token(token, by=rollout.people[who])
        else:
            with pytest.raises(NotAllowed):
                actions.revoke_token(token, by=rollout.people[who])

    def test_also_when_the_rollout_is_closed(self, rollout):
        token, _secret = issue(rollout)
        at_stage(rollout, Stage.CANCELLED)
        actions.revoke_token(ApiToken.objects.get(pk=token.pk), by=rollout.people["integrator"])


class TestTheDoor:
    def refused(self, secret, rollout):
        answer = tool(secret).get(address(rollout))
        assert answer.status_code == 401
        assert set(answer.json()) == {"code", "message", "field", "details"}
        return answer.json()["message"]

    def test_an_unknown_token_is_refused_in_the_readers_language(self, rollout):
        assert "não existe" in self.refused("prl_x", rollout)
        assert tool("prl_x", "en").get(address(rollout)).json()["message"].startswith("This token does not exist")

    def test_what_is_no_bearer_token_is_refused(self, rollout):
        answer = Client(headers={"authorization": "Basic eDp5"}).get(address(rollout))
        assert (answer.status_code, "Bearer" in answer.json()["message"]) == (401, True)

    def test_an_expired_one_is_refused_from_the_day_after(self, rollout):
        token, secret = issue(rollout, expires=clock.today())
        assert tool(secret).get(address(rollout)).status_code == 200
        with clock.at(token.expires_at):
            assert "venceu" in self.refused(secret, rollout)

    def test_it_ends_with_its_persons_place_in_the_company(self, rollout):
        _token, secret = issue(rollout)
        rollout.people["integrator"].memberships.all().delete()
        assert "não existe" in self.refused(secret, rollout)
        assert not ApiToken.objects.exists()

    def test_it_ends_with_its_persons_account(self, rollout):
        _token, secret = issue(rollout)
        person = rollout.people["integrator"]
        person.is_active = False
        person.save()
        assert "não participa" in self.refused(secret, rollout)

    def test_it_ends_when_the_company_is_no_party_any_more(self, rollout):
        _token, secret = issue(rollout)
        rollout.parties.filter(role="integrator").update(company=rollout.company("client"))
        assert "não participa" in self.refused(secret, rollout)

    def test_it_sees_its_rollout_alone(self, rollout):
        other = RolloutFactory(integrator=rollout.company("integrator"))
        _token, secret = issue(rollout)
        assert [row["id"] for row in tool(secret).get("/api/rollouts/").json()] == [rollout.pk]
        answer = tool(secret).get(address(other))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert tool(secret).get(address(other, "gate/")).status_code == 404

    def test_it_acts_for_the_company_it_was_made_in_and_no_other_of_its_person(self, rollout):
        _token, secret = issue(rollout, scopes=["read"])
        MembershipFactory(user=rollout.people["integrator"], company=rollout.company("client"), role="lead")
        answer = tool(secret).get("/api/hours/statements/")
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")

    def test_a_scope_that_is_missing_is_named(self, rollout):
        _token, secret = issue(rollout, scopes=["read"])
        answer = tool(secret).post(
            address(rollout, "progress/"), {"percent": 1, "text": "x"}, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
        assert "progress" in answer.json()["message"]

    def test_the_role_of_its_person_still_decides(self, rollout):
        token = ApiTokenFactory(rollout=rollout, person=rollout.people["platform"])
        answer = tool(token).post(
            address(rollout, "progress/"), {"percent": 1, "text": "x"}, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")

    def test_the_session_of_a_browser_does_not_help_a_bad_token(self, rollout, client_for):
        browser = client_for(rollout.people["manager"])
        answer = browser.get(address(rollout), headers={"authorization": "Bearer prl_x"})
        assert answer.status_code == 401

    def test_a_tool_gets_no_session(self, rollout):
        _token, secret = issue(rollout)
        sessions = Session.objects.count()
        answer = tool(secret).get(address(rollout, "gate/"))
        assert answer.status_code == 200
        assert "sessionid" not in " ".join(answer.cookies)
        assert Session.objects.count() == sessions

    def test_csrf_is_asked_of_sessions_only(self, rollout):
        body = {"percent": 10, "text": "x"}
        token = ApiTokenFactory(rollout=rollout)
        sent = tool(token).post(address(rollout, "progress/"), body, content_type="application/json")
        assert sent.status_code == 201
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(rollout.people["integrator"], backend="allauth.account.auth_backends.AuthenticationBackend")
        answer = browser.post(address(rollout, "progress/"), body, content_type="application/json")
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf")
        nobody = Client(enforce_csrf_checks=True).post(address(rollout, "progress/"), body)
        assert nobody.status_code == 401

    def test_its_last_use_is_seen_and_written_once_a_minute(self, rollout):
        token = ApiTokenFactory(rollout=rollout)
        start = clock.now().replace(second=1)
        for second in (1, 20, 50):
            with clock.at(start.replace(second=second)):
                tool(token).get(address(rollout))
        token.refresh_from_db()
        assert (token.last_used_at, token.requests) == (start, 3)
        with clock.at(start + timedelta(minutes=1)):
            tool(token).get(address(rollout))
        token.refresh_from_db()
        assert (token.last_used_at, token.requests) == (start + timedelta(minutes=1), 1)

    def test_guessing_tokens_is_slowed_down_for_that_place_alone(self, rollout):
        with clock.at(clock.now().replace(second=0)):
            guesses = [tool("pr_x").get(address(rollout), REMOTE_ADDR="203.0.113.1") for _n in range(61)]
            assert [guess.status_code for guess in guesses] == [401] * 60 + [429]
            assert guesses[-1]["Retry-After"] == "60"
            assert tool("pr_x").get(address(rollout), REMOTE_ADDR="203.0.113.2").status_code == 401
            assert (
                tool(ApiTokenFactory(rollout=rollout)).get(address(rollout), REMOTE_ADDR="203.0.113.1").status_code
                == 200
            )

    def test_beyond_its_rate_it_waits_for_the_next_minute(self, rollout, settings):
        settings.API_REQUESTS_PER_MINUTE = 2
        token, other = ApiTokenFactory(rollout=rollout), ApiTokenFactory(rollout=rollout)
        with clock.at(clock.now().replace(second=50)):
            assert [tool(token).get(address(rollout)).status_code for _ in range(2)] == [200, 200]
            answer = tool(token).get(address(rollout))
            assert (answer.status_code, answer["Retry-After"], answer.json()["code"]) == (
                429,
                "10",
                "too_many_requests",
            )
            assert tool(other).get(address(rollout)).status_code == 200
        with clock.at(clock.now() + timedelta(minutes=2)):
            assert tool(token).get(address(rollout)).status_code == 200

    def test_a_method_that_is_not_there_is_refused_in_the_same_shape(self, rollout):
        answer = tool(ApiTokenFactory(rollout=rollout)).delete(address(rollout))
        assert (answer.status_code, answer.json()["code"], answer["Allow"]) == (405, "method_not_allowed", "GET")


def test_the_report_of_an_error_does_not_hold_the_token(rollout, monkeypatch):
    from django.views.debug import ExceptionReporter

    from apps.api import auth

    token = ApiTokenFactory(rollout=rollout)

    def break_down(_token):
        raise ZeroDivisionError

    monkeypatch.setattr(auth, "_count_request", break_down)
    client = tool(token)
    client.raise_request_exception = False
    answer = client.get(address(rollout))
    assert answer.status_code == 500
    kind, error, trace = answer.exc_info
    reporter = ExceptionReporter(answer.wsgi_request, kind, error, trace)
    reports = [reporter.get_traceback_html(), reporter.get_traceback_text()]
    assert all("break_down" in report for report in reports)
    assert all(token.secret not in report for report in reports)


class TestThePage:
    def page(self, rollout):
        return f"/projetos/{rollout.pk}/api/"

    def test_the_secret_is_shown_once_and_not_kept_by_the_browser(self, rollout, client_for):
        browser = client_for(rollout.people["integrator"])
        prove(browser)
        page = browser.post(self.page(rollout), {"name": "CI", "scopes": ["read", "results"], "expires": ""})
        token = ApiToken.objects.get()
        text = page.content.decode()
        secret = next(word for word in text.replace("<", " ").replace(">", " ").split() if word.startswith("prl_"))
        assert digest_of(secret) == token.digest
        assert page["Cache-Control"] == "no-store"
        again = browser.get(self.page(rollout)).content.decode()
        assert secret not in again
        assert token.prefix in again
        assert token.expires_at is None

    def test_a_refusal_keeps_what_was_typed(self, rollout, client_for):
        ApiTokenFactory(rollout=rollout, name="CI")
        browser = client_for(rollout.people["integrator"])
        prove(browser)
        answer = browser.post(self.page(rollout), {"name": "CI", "scopes": ["read"]})
        assert answer.status_code == 422
        assert "Já existe um token com este nome" in answer.content.decode()
        assert 'value="CI"' in answer.content.decode()

    def test_each_company_sees_its_own_tokens_and_presences_managers_all(self, rollout, client_for):
        ApiTokenFactory(rollout=rollout, name="Token da integradora")
        ApiTokenFactory(rollout=rollout, name="Token da plataforma", person=rollout.people["platform"])
        visible = {
            who: {
                name
                for name in ("integradora", "plataforma")
                if f"Token da {name}" in client_for(rollout.people[who]).get(self.page(rollout)).content.decode()
            }
            for who in ("integrator", "platform", "manager")
        }
        assert visible == {
            "integrator": {"integradora"}, "platform": {"plataforma"}, "manager": {"integradora", "plataforma"},
        }  # fmt: skip

    def test_revoking_a_token_of_another_company_is_as_if_it_did_not_exist(self, rollout, client_for):
        token = ApiTokenFactory(rollout=rollout)
        for who, status in {"platform": 404, "client": 404, "integrator": 302}.items():
            browser = client_for(rollout.people[who])
            prove(browser)
            answer = browser.post(f"{self.page(rollout)}{token.pk}/revogar/")
            assert answer.status_code == status
        token.refresh_from_db()
        assert token.revoked_at

    def test_the_way_there_is_shown_to_who_may_go(self, rollout, client_for):
        for who, has_link in {"integrator": True, "manager": True, "client": False, "pm": False}.items():
            page = client_for(rollout.people[who]).get(f"/projetos/{rollout.pk}/").content.decode()
            assert (self.page(rollout) in page) is has_link


def test_undoing_a_change_of_address_ends_the_tokens_made_since_a_day_before(rollout):
    person = rollout.people["integrator"]
    change = AddressChangeFactory(user=person)
    of_old = ApiTokenFactory(rollout=rollout, name="de antes", created_at=change.at - timedelta(days=2))
    another_hands = ApiTokenFactory(rollout=rollout, name="de outra mão", created_at=change.at - timedelta(hours=1))
    addresses.undo(change)
    of_old.refresh_from_db()
    another_hands.refresh_from_db()
    assert of_old.revoked_at is None
    assert another_hands.revoked_at


class TestPeoplesData:
    def test_a_copy_names_the_tokens_and_erasing_ends_them(self, rollout):
        ApiTokenFactory(rollout=rollout, name="CI")
        person = rollout.people["integrator"]
        [row] = personal_data.export(person)["api_tokens"]
        assert (row["rollout"], row["name"]) == (rollout.code, "CI")
        personal_data.erase(person)
        assert not ApiToken.objects.exists()

    def test_removing_the_person_from_the_company_ends_them(self, rollout):
        token = ApiTokenFactory(rollout=rollout)
        companies.remove_person(token.membership, by=rollout.people["manager"])
        assert not ApiToken.objects.exists()
