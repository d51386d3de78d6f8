"""A tool reads the script and reports results: with evidence, out of turn, twice, too late, and too large."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from apps.core.process import Gate, Stage
from apps.files.models import StoredFile
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import actions
from apps.stages.homologation.models import Nonconformity, Result
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db

PASSED = {"outcome": "passed", "text": "Pedido 1001 no ERP"}
FAILED = {"outcome": "failed", "note": "Pedido sem itens"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64


@pytest.fixture(scope="module", autouse=True)
def homologating(stand):
    return stand(in_homologation)


@pytest.fixture
def rollout(homologating):
    return homologating.copy()


@pytest.fixture
def token(rollout):
    return ApiTokenFactory(rollout=rollout, name="CI da Conecta")


def address(rollout, rest=""):
    return f"/api/rollouts/{rollout.pk}/{rest}"


def report(token, body=None, code="PED-01", **headers):
    return tool(token).post(
        address(token.rollout, f"cases/{code}/results/"),
        body or PASSED,
        content_type="application/json",
        headers=headers,
    )


def upload(token, files, body=None, code="PED-01"):
    return tool(token).post(address(token.rollout, f"cases/{code}/results/"), {**(body or PASSED), "files": files})


def case(rollout, code="PED-01"):
    return rollout.script.cases.get(code=code)


class TestReading:
    def test_the_script_says_of_each_case_where_it_stands(self, rollout, token):
        report(token, FAILED)
        answer = tool(token).get(address(rollout, "cases/")).json()
        assert (answer["frozen"], answer["round"]) == (True, 1)
        rows = {row["code"]: row for row in answer["cases"]}
        assert list(rows) == ["PED-01", "PED-02", "PED-03", "EST-10"]
        assert (rows["PED-01"]["status"], rows["PED-01"]["latest"]["note"]) == ("failed", "Pedido sem itens")
        assert [nonconformity["label"] for nonconformity in rows["PED-01"]["nonconformities"]] == ["NC-1"]
        assert (rows["PED-02"]["status"], rows["PED-02"]["latest"], rows["PED-02"]["in_round"]) == (
            "not_run",
            None,
            True,
        )
        assert (rows["PED-02"]["depends"], rows["PED-02"]["binding"]) == (["PED-01"], True)
        assert (rows["EST-10"]["applies"], rows["EST-10"]["in_round"]) == (False, False)

    def test_it_is_filtered_by_status_and_process(self, rollout, token):
        report(token, FAILED)

        def codes(query):
            return [row["code"] for row in tool(token).get(address(rollout, f"cases/?{query}")).json()["cases"]]

        assert codes("status=failed") == ["PED-01"]
        assert codes("process=EST") == ["EST-10"]
        assert codes("status=not_run&process=PED") == ["PED-02", "PED-03"]
        refused = tool(token).get(address(rollout, "cases/?status=lost"))
        assert (refused.status_code, refused.json()["field"]) == (422, "status")

    def test_texts_come_in_the_language_that_was_asked_for(self, rollout, token):
        row = tool(token, "en").get(address(rollout, "cases/PED-01/")).json()
        assert (row["title"], row["steps"], row["expected"]) == ("Case PED-01", ["Buy"], "Order in the ERP")
        assert tool(token).get(address(rollout, "cases/ped-01/")).json()["title"] == "Caso PED-01"

    def test_all_results_of_a_case_are_there_oldest_first(self, rollout, token):
        report(token, FAILED)
        report(token)
        rows = tool(token).get(address(rollout, "cases/PED-01/results/")).json()
        assert [row["outcome"] for row in rows] == ["failed", "passed"]
        assert rows[1]["evidence"] == [{"text": "Pedido 1001 no ERP", "link": "", "file": None}]

    def test_what_is_not_in_the_script_does_not_exist(self, rollout, token):
        assert tool(token).get(address(rollout, "cases/PED-99/")).status_code == 404
        assert report(token, code="PED-99").status_code == 404

    def test_requirements_are_those_of_the_gate_and_what_may_be_settled_ahead(self, rollout, token):
        rows = tool(token).get(address(rollout, "requirements/")).json()
        assert {row["key"] for row in rows} >= {"homologation:case:PED-01", "homologation:round:1"}
        owed = tool(token).get(address(rollout, "requirements/?owed_by=integrator")).json()
        assert {row["owed_by"] for row in owed} == {"integrator"}


class TestReporting:
    def test_a_machines_pass_is_kept_under_its_name_and_awaits_a_person(self, rollout, token):
        answer = report(token, {**PASSED, "link": "https://ci.example/77"})
        assert answer.status_code == 201
        row = answer.json()
        assert (row["case"], row["round"], row["machine"]) == ("PED-01", 1, "CI da Conecta")
        assert row["awaits_confirmation"] is True
        assert [(evidence["text"], evidence["link"]) for evidence in row["evidence"]] == [
            ("Pedido 1001 no ERP", ""), ("", "https://ci.example/77"),
        ]  # fmt: skip
        assert tool(token).get(address(rollout, "cases/PED-01/")).json()["status"] == "awaiting_confirmation"
        result = Result.objects.get()
        assert (result.by, result.machine) == (rollout.people["integrator"], "CI da Conecta")
        actions.confirm_result(result, by=rollout.people["client"])
        assert tool(token).get(address(rollout, "cases/PED-01/")).json()["status"] == "passed"

    def test_a_failure_opens_a_nonconformity_of_the_integrators_and_names_it_at_the_gate(self, rollout, token):
        report(token, FAILED)
        nonconformity = Nonconformity.objects.get()
        assert (nonconformity.severity, nonconformity.owner) == ("major", "integrator")
        assert nonconformity.title == "Pedido sem itens"
        keys = {need.key for need in gates.unmet(Rollout.objects.get(pk=rollout.pk), Gate.START_ACCEPTANCE)}
        assert "homologation:nonconformity:1" in keys

    def test_a_failure_may_say_how_grave_it_is_who_mends_it_and_until_when(self, rollout, token):
        report(token, {**FAILED, "severity": "blocking", "owner": "platform", "due": "2030-01-31"})
        nonconformity = Nonconformity.objects.get()
        assert (nonconformity.severity, nonconformity.owner) == ("blocking", "platform")
        assert nonconformity.due.isoformat() == "2030-01-31"

    def test_failing_again_leaves_what_people_agreed_of_the_nonconformity(self, rollout, token):
        actions.record_result(
            case(rollout),
            by=rollout.people["analyst"],
            outcome="failed",
            note="x",
            severity="blocking",
            owner="platform",
        )
        report(token, FAILED)
        nonconformity = Nonconformity.objects.get()
        assert (nonconformity.severity, nonconformity.owner) == ("blocking", "platform")

    def test_out_of_the_scripts_order_is_fine_and_the_newest_counts(self, rollout, token):
        for code, body in [("PED-02", PASSED), ("PED-01", PASSED), ("PED-01", FAILED)]:
            assert report(token, body, code=code).status_code == 201
        rows = tool(token).get(address(rollout, "cases/")).json()["cases"]
        assert [row["status"] for row in rows][:2] == ["failed", "awaiting_confirmation"]

    def test_twice_with_one_key_is_one_result_and_one_event(self, rollout, token):
        before = Rollout.objects.get(pk=rollout.pk).version
        first, second = (report(token, FAILED, **{"idempotency-key": "run-77"}) for _ in range(2))
        assert first.json() == second.json()
        assert Result.objects.count() == 1
        assert Rollout.objects.get(pk=rollout.pk).version == before + 1

    def test_a_person_in_the_browser_is_no_machine(self, rollout, client_for):
        browser = client_for(rollout.people["integrator"])
        answer = browser.post(address(rollout, "cases/PED-01/results/"), PASSED, content_type="application/json")
        assert (answer.status_code, answer.json()["machine"]) == (201, "")
        assert answer.json()["awaits_confirmation"] is True
        browser = client_for(rollout.people["client"])
        answer = browser.post(address(rollout, "cases/PED-01/results/"), PASSED, content_type="application/json")
        assert (answer.json()["machine"], answer.json()["awaits_confirmation"]) == ("", False)


class TestFiles:
    def test_a_form_carries_files_beside_its_fields(self, rollout, token):
        answer = upload(token, [SimpleUploadedFile("a.png", PNG), SimpleUploadedFile("log.txt", b"ok")])
        assert answer.status_code == 201, answer.content
        names = [row["file"]["name"] for row in answer.json()["evidence"] if row["file"]]
        assert names == ["a.png", "log.txt"]

    def test_evidence_of_20_mb_is_taken(self, rollout, token):
        content = b"linha do log\n" * (20 * 1024 * 1024 // 13 + 1)
        answer = upload(token, [SimpleUploadedFile("conector.log", content)])
        assert answer.status_code == 201
        assert answer.json()["evidence"][1]["file"]["size"] == len(content)

    def test_what_is_larger_than_the_limit_is_413(self, rollout, token, settings):
        settings.MAX_UPLOAD_BYTES = 1000
        answer = upload(token, [SimpleUploadedFile("a.txt", b"x" * 1001)])
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert not Result.objects.exists()

    def test_a_request_that_announces_too_much_is_refused_before_it_is_read(self, rollout, token, settings):
        settings.MAX_UPLOAD_BYTES = 1000
        answer = upload(token, [SimpleUploadedFile("a.txt", b"x" * (2 * 1024 * 1024))])
        assert answer.status_code == 413

    def test_json_that_is_too_large_is_413(self, token, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        assert report(token, {**PASSED, "note": "x" * 200}).status_code == 413
        assert report(token, {**PASSED, "note": "x" * 200}, **{"idempotency-key": "k"}).status_code == 413

    def test_files_are_looked_into_as_those_of_pages_are(self, rollout, token):
        answer = upload(token, [SimpleUploadedFile("x.png", b"<html><script>")])
        assert (answer.status_code, answer.json()["field"]) == (422, "files")
        assert not Result.objects.exists()

    def test_more_than_ten_or_under_another_name_are_refused(self, rollout, token):
        many = [SimpleUploadedFile(f"{n}.txt", b"x") for n in range(11)]
        assert upload(token, many).json()["field"] == "files"
        answer = tool(token).post(address(rollout, "cases/PED-01/results/"), {**PASSED, "file": many[0]})
        assert (answer.status_code, answer.json()["field"]) == (422, "file")

    def test_files_need_their_own_scope(self, rollout):
        token = ApiTokenFactory(rollout=rollout, scopes=["results"])
        assert report(token).status_code == 201
        answer = upload(token, [SimpleUploadedFile("a.txt", b"x")])
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")

    def test_files_sent_again_with_the_same_key_are_kept_once(self, rollout, token):
        answers = [
            tool(token).post(
                address(rollout, "cases/PED-01/results/"),
                {**PASSED, "files": [SimpleUploadedFile("a.png", PNG)]}, headers={"idempotency-key": "k"},
            )
            for _ in range(2)
        ]  # fmt: skip
        assert answers[0].json() == answers[1].json()
        assert (Result.objects.count(), StoredFile.objects.count()) == (1, 1)

    def test_evidence_is_attached_to_the_newest_result(self, rollout, token):
        first, second = report(token).json(), report(token).json()
        attach = address(rollout, f"results/{second['id']}/evidence/")
        answer = tool(token).post(attach, {"files": [SimpleUploadedFile("a.txt", b"x")], "text": "Mais"})
        assert answer.status_code == 201
        assert [evidence["text"] or evidence["file"]["name"] for evidence in answer.json()["evidence"]] == [
            "Pedido 1001 no ERP", "Mais", "a.txt",
        ]  # fmt: skip
        late = tool(token).post(address(rollout, f"results/{first['id']}/evidence/"), {"text": "x"})
        assert late.status_code == 409
        empty = tool(token).post(attach, {}, content_type="application/json")
        assert (empty.status_code, empty.json()["field"]) == (422, "text")

    def test_a_result_of_another_rollout_does_not_exist(self, rollout, token):
        other = ApiTokenFactory(rollout=in_homologation())
        other_result = report(other).json()["id"]
        answer = tool(token).post(address(rollout, f"results/{other_result}/evidence/"), {"text": "x"})
        assert answer.status_code == 404


class TestRefusals:
    @pytest.mark.parametrize(
        ("body", "field"),
        [({"outcome": "passed"}, "text"), ({"outcome": "failed"}, "note"), ({}, "outcome"),
         ({"outcome": "perhaps"}, "outcome"), ({**PASSED, "extra": 1}, "extra"), ({**PASSED, "note": 5}, "note"),
         ({**PASSED, "link": "javascript:alert(1)"}, "link"), ({**PASSED, "note": "a\0b"}, "note"),
         ({**FAILED, "due": "31/12/2030"}, "due"), ({**FAILED, "due": "2020-01-01"}, "due"),
         ({**FAILED, "severity": "fatal"}, "severity"), ({**PASSED, "note": "x" * 20_001}, "note")],
    )  # fmt: skip
    def test_what_is_wrong_with_the_body_is_said_on_its_field(self, token, body, field):
        answer = tool(token).post(
            address(token.rollout, "cases/PED-01/results/"), body, content_type="application/json"
        )
        assert (answer.status_code, answer.json()["field"], answer.json()["code"]) == (422, field, "invalid")
        assert not Result.objects.exists()

    @pytest.mark.parametrize(
        ("content", "kind", "status"),
        [(b"{", "application/json", 400), (b"", "application/json", 415), (b"[1]", "application/json", 422),
         (b"\xff\xfe", "application/json", 400), (b"x", "text/plain", 415),
         (b"x", "multipart/form-data", 400), (b"x", "multipart/form-data; boundary=b", 422)],
    )  # fmt: skip
    def test_a_body_that_cannot_be_read_is_refused_in_the_same_shape(self, token, content, kind, status):
        answer = tool(token).generic("POST", address(token.rollout, "cases/PED-01/results/"), content, kind)
        assert (answer.status_code, set(answer.json())) == (status, {"code", "message", "field", "details"})

    def test_not_applicable_is_presences_to_say(self, rollout, token):
        body = {"outcome": "not_applicable", "note": "Sem kits"}
        assert report(token, body).status_code == 403
        manager = ApiTokenFactory(rollout=rollout, person=rollout.people["manager"])
        assert report(manager, body).status_code == 201

    def test_before_a_round_is_open(self):
        token = ApiTokenFactory(rollout=in_homologation(opened=False))
        answer = report(token)
        assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
        assert "rodada" in answer.json()["message"]

    def test_after_the_round_was_closed(self, rollout, token):
        actions.close_round(rollout.script, by=rollout.people["analyst"])
        assert report(token).status_code == 409

    def test_a_case_that_is_not_in_the_round(self, token):
        answer = report(token, code="EST-10")
        assert (answer.status_code, "EST-10" in answer.json()["message"]) == (409, True)

    def test_after_the_homologation(self, rollout, token):
        at_stage(rollout, Stage.ACCEPTANCE)
        assert "Homologação" not in (answer := report(token)).json()["message"].split(";")[0]
        assert answer.status_code == 409

    def test_after_the_rollout_was_closed(self, rollout, token):
        at_stage(rollout, Stage.CANCELLED)
        answer = report(token)
        assert (answer.status_code, "encerrado" in answer.json()["message"]) == (409, True)
        assert tool(token).get(address(rollout, "cases/")).status_code == 200

    def test_by_a_revoked_token(self, rollout, token):
        token.revoked_at = token.created_at
        token.save()
        assert report(token).status_code == 401
        assert not Result.objects.exists()

    @pytest.mark.parametrize(("who", "status"), [("integrator", 201), ("manager", 201), ("platform", 403)])
    def test_the_role_behind_the_token_decides(self, rollout, who, status):
        assert report(ApiTokenFactory(rollout=rollout, person=rollout.people[who])).status_code == status

    @pytest.mark.parametrize("scope", ["read", "files", "delivery", "progress"])
    def test_no_other_scope_will_do(self, rollout, scope):
        answer = report(ApiTokenFactory(rollout=rollout, scopes=[scope]))
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")

    def test_nobody_is_told_to_send_a_token(self, rollout):
        answer = Client().post(address(rollout, "cases/PED-01/results/"), PASSED, content_type="application/json")
        assert (answer.status_code, "Bearer" in answer.json()["message"]) == (401, True)
