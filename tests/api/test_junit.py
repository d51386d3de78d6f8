"""A JUnit report becomes results: which test means which case, what is not taken, and what is never parsed."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from apps.core.process import Stage
from apps.core.refusals import Invalid, Refusal
from apps.rollouts import timeline
from apps.rollouts.models import Rollout
from apps.stages.homologation.execution import actions, junit, reported_tests
from apps.stages.homologation.models import Case, Nonconformity, Result, RoundReport
from tests.api.factories import ApiTokenFactory, tool
from tests.api.scenes import in_homologation
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db

REPORT = b"""<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" tests="6">
  <testcase classname="tests.test_orders" name="test_ped_01_create" time="0.1"/>
  <testcase classname="tests.test_orders" name="test_ped_01_twice[a-b]" time="0.1"/>
  <testcase classname="tests.test_orders" name="test_ped_02_refund"><failure message="assert 0 == 1">trace</failure>
  </testcase>
  <testcase classname="tests.test_orders" name="test_ped_02_other"/>
  <testcase classname="tests.test_orders" name="test_ped_03_gift"><skipped message="no gifts"/></testcase>
  <testcase classname="tests.test_misc" name="test_connection"/>
</testsuite></testsuites>"""


@pytest.fixture(scope="module", autouse=True)
def homologating(stand):
    return stand(in_homologation)


@pytest.fixture
def rollout(homologating):
    return homologating.copy()


@pytest.fixture
def token(rollout):
    return ApiTokenFactory(rollout=rollout, name="CI da Conecta")


def send(token, content=REPORT, query="", name="junit.xml", **headers):
    return tool(token).post(
        f"/api/rollouts/{token.rollout_id}/junit/{query}",
        {"report": SimpleUploadedFile(name, content)},
        headers=headers,
    )


def rows(answer):
    return {row["case"]: row for row in answer.json()["cases"]}


class TestRecording:
    def test_each_case_gets_one_result_and_the_answer_says_what_became_of_it(self, rollout, token):
        answer = send(token)
        assert answer.status_code == 201, answer.content
        cases = rows(answer)
        assert {code: (row["outcome"], row["status"]) for code, row in cases.items()} == {
            "PED-01": ("passed", "recorded"), "PED-02": ("failed", "recorded"), "PED-03": ("skipped", "skipped"),
        }  # fmt: skip
        assert cases["PED-01"]["tests"] == [
            "tests.test_orders.test_ped_01_create", "tests.test_orders.test_ped_01_twice[a-b]",
        ]  # fmt: skip
        assert answer.json()["unknown"] == ["tests.test_misc.test_connection"]
        assert (answer.json()["tests"], answer.json()["dry_run"]) == (6, False)
        assert set(Result.objects.values_list("case__code", "outcome", "machine")) == {
            ("PED-01", "passed", "CI da Conecta"), ("PED-02", "failed", "CI da Conecta"),
        }  # fmt: skip

    def test_a_failure_opens_a_nonconformity_that_says_which_test_failed(self, rollout, token):
        assert rows(send(token))["PED-02"]["nonconformity"] == "NC-1"
        nonconformity = Nonconformity.objects.get()
        assert (nonconformity.severity, nonconformity.owner) == ("major", "integrator")
        assert nonconformity.title == "tests.test_orders.test_ped_02_refund: assert 0 == 1"

    def test_the_evidence_lists_the_tests_and_the_round_keeps_the_report(self, rollout, token):
        send(token)
        result = Result.objects.get(case__code="PED-02")
        assert result.evidence.get().text.splitlines() == [
            "JUnit: 1 ✓ 1 ✗", "✗ tests.test_orders.test_ped_02_refund", "✓ tests.test_orders.test_ped_02_other",
        ]  # fmt: skip
        report = RoundReport.objects.get()
        assert (report.title, report.file.name, report.round) == ("JUnit · CI da Conecta", "junit.xml", result.round)
        assert report.file.content.read() == REPORT

    def test_the_timeline_tells_each_result_and_the_report_in_a_chain_that_holds(self, rollout, token):
        send(token)
        rollout = Rollout.objects.get(pk=rollout.pk)
        kinds = [event.kind.split(".")[1] for event in rollout.events.order_by("sequence")][-3:]
        assert kinds == ["result", "failure", "junit"]
        assert rollout.events.last().data["recorded"] == 2
        assert timeline.verify(rollout) is None

    def test_a_dry_run_says_what_would_be_and_changes_nothing(self, rollout, token):
        version = Rollout.objects.get(pk=rollout.pk).version
        answer = send(token, query="?dry_run=true")
        assert answer.status_code == 200
        assert rows(answer)["PED-02"]["status"] == "would_be_recorded"
        assert (rows(answer)["PED-02"]["result"], answer.json()["dry_run"]) == (None, True)
        for model in (Result, Nonconformity, RoundReport):
            assert not model.objects.exists()
        assert Rollout.objects.get(pk=rollout.pk).version == version

    def test_a_case_that_the_round_does_not_take_is_refused_alone_and_says_why(self, rollout, token):
        answer = send(token, REPORT.replace(b"test_ped_02_other", b"test_est_10_x"))
        assert answer.status_code == 201
        row = rows(answer)["EST-10"]
        assert (row["status"], row["code"], "EST-10" in row["message"]) == ("refused", "conflict", True)
        assert rows(answer)["PED-01"]["status"] == "recorded"

    def test_a_report_in_which_nothing_is_known_records_nothing(self, rollout, token):
        answer = send(token, REPORT.replace(b"_ped_", b"_x_"))
        assert (answer.status_code, answer.json()["cases"]) == (200, [])
        assert len(answer.json()["unknown"]) == 6
        assert not RoundReport.objects.exists()

    def test_the_same_report_under_one_key_is_recorded_once(self, token):
        first, second = (send(token, **{"idempotency-key": "build-77"}) for _ in range(2))
        assert first.json() == second.json()
        assert Result.objects.count() == 2

    def test_a_later_run_does_not_soften_what_people_made_of_the_failure(self, rollout, token):
        actions.record_result(
            rollout.script.cases.get(code="PED-02"), by=rollout.people["analyst"], outcome="failed", note="x",
            severity="blocking", owner="platform",
        )  # fmt: skip
        send(token)
        nonconformity = Nonconformity.objects.get()
        assert (nonconformity.severity, nonconformity.owner) == ("blocking", "platform")

    def test_the_xml_may_be_the_body_itself(self, token):
        answer = tool(token).generic("POST", f"/api/rollouts/{token.rollout_id}/junit/", REPORT, "application/xml")
        assert answer.status_code == 201

    def test_a_report_that_quotes_a_page_is_kept_as_it_came(self, rollout, token):
        send(token, REPORT.replace(b"trace", b"<![CDATA[<!doctype html><html>]]>"))
        assert RoundReport.objects.get().file.name == "junit.xml"

    def test_a_report_that_a_browser_would_draw_is_kept_packed(self, rollout, token):
        send(token, REPORT.replace(b"<testsuites>", b"<?xml-stylesheet type='text/xsl' href='x.xsl'?><testsuites>"))
        assert RoundReport.objects.get().file.name == "junit.zip"

    def test_a_person_may_bring_a_report_from_the_browser(self, rollout, client_for):
        answer = client_for(rollout.people["analyst"]).post(
            f"/api/rollouts/{rollout.pk}/junit/", {"report": SimpleUploadedFile("junit.xml", REPORT)}
        )
        assert answer.status_code == 201
        assert set(Result.objects.values_list("machine", flat=True)) == {""}


INPUTS = Path(__file__).parents[1] / "inputs" / "junit"
CODES = ("PED-01", "PED-02", "PED-03", "PED-04", "PRO-01", "EST-01")
FOUR = {"PED-01": "passed", "PED-02": "failed", "PED-03": "skipped", "PED-04": "blocked"}
THREE = {code: outcome for code, outcome in FOUR.items() if code != "PED-04"}


def reported(content):
    """``{code: (outcome, note)}`` of a report, for cases of ``CODES``."""
    cases = [Case(code=code) for code in CODES]
    reported_cases, _unknown = reported_tests.by_case(reported_tests.parse(content), cases)
    return {row.case.code: (row.outcome, row.note) for row in reported_cases}


class TestReportsOfTools:
    """A report of each tool, as it writes them: what passed, failed, was not run, and whose set-up failed."""

    @pytest.mark.parametrize(
        ("tool_name", "outcomes"),
        [
            ("pytest", FOUR | {"EST-01": "passed"}),  # The last by a property, the fourth by an error of the set-up.
            ("jest", FOUR),
            ("surefire", FOUR | {"EST-01": "passed"}),  # A flaky test that passed at last.
            ("gradle", THREE),
            ("googletest", {"PED-01": "passed", "PED-03": "skipped", "PED-04": "skipped"}),  # In attributes alone.
            ("newman", {"PRO-01": "failed", "EST-01": "passed"}),  # The suite names the case.
            ("playwright", FOUR),  # A property with the value as text; a hook in the text of a failure.
            ("cypress", FOUR),
            ("robot", FOUR),
            ("allure", FOUR),
            ("k6", {"PED-01": "passed", "PED-02": "failed"}),
            ("dotnet", THREE),
            ("gotestsum", THREE),
        ],
    )
    def test_what_it_says_of_each_case(self, tool_name, outcomes):
        answers = reported((INPUTS / f"{tool_name}.xml").read_bytes())
        assert {code: outcome for code, (outcome, _note) in answers.items()} == outcomes
        assert all(bool(note) == (outcome in ("failed", "blocked")) for outcome, note in answers.values())

    def test_every_report_at_hand_is_tried(self):
        tried = {row[0] for row in TestReportsOfTools.test_what_it_says_of_each_case.pytestmark[0].args[1]}
        assert {path.stem for path in INPUTS.glob("*.xml")} - tried == {"nothing", "staging-down"}

    @pytest.mark.parametrize(
        ("words", "outcome"),
        [('status="failed"', "failed"), ('result="Failed"', "failed"), ('status="error"', "blocked"),
         ('status="NotExecuted"', "skipped"), ('result="skipped" status="run"', "skipped"), ('status="run"', "passed"),
         ('status="passed" result="completed"', "passed"), ('status="timed out"', "blocked")],
    )  # fmt: skip
    def test_an_attribute_that_alone_says_how_it_ended_is_believed(self, words, outcome):
        content = f'<testsuite><testcase name="PED-01" {words}/></testsuite>'
        assert reported(content.encode())["PED-01"][0] == outcome

    @pytest.mark.parametrize(
        "case",
        ['id="PED-02" name="PED-01"', 'name="PED-01"><properties><property name="Test-ID" value="PED-02"/></properties',
         'name="soma" case_id="ped_02"'],
    )  # fmt: skip
    def test_what_a_test_names_as_its_case_counts_before_its_name(self, case):
        content = f"<testsuite name='EST-01'><testcase {case}></testcase></testsuite>"
        expected = "PED-01" if 'id="PED-02" name' in case and "case_id" not in case else "PED-02"
        assert [*reported(content.encode())] == [expected]

    def test_of_suites_within_suites_the_nearest_that_names_a_case_counts(self):
        content = (
            b"<testsuite name='EST-01'><testsuite name='PED-02'><testsuite name='x'><testcase name='y'/></testsuite>"
        )
        assert [*reported(content + b"</testsuite></testsuite>")] == ["PED-02"]


class TestOneCauseForMany:
    """A report in which an environment was down waits for a person: nothing is recorded, nothing is lost."""

    STAGING_DOWN = (INPUTS / "staging-down.xml").read_bytes()

    @pytest.fixture
    def waiting(self, token):
        answer = send(token, self.STAGING_DOWN)
        assert answer.status_code == 202
        return RoundReport.objects.get()

    def test_it_is_kept_records_nothing_and_says_so(self, rollout, token, waiting):
        assert (waiting.state, waiting.unanswered_cases, waiting.machine) == ("waiting", 3, "CI da Conecta")
        assert not Result.objects.exists()
        assert not Nonconformity.objects.exists()
        answer = send(token, self.STAGING_DOWN, query="?dry_run=true")
        assert (answer.status_code, answer.json()["waiting"]) == (200, True)
        assert {row["status"] for row in answer.json()["cases"]} == {"waiting"}
        assert RoundReport.objects.count() == 1

    def test_the_integrator_owes_the_decision_and_gives_it_on_the_first_page(self, rollout, waiting, client_for):
        row = rollout.open_requirements.get(key=f"homologation:report:{waiting.pk}")
        assert row.owed_by == "integrator"
        page = client_for(rollout.people["integrator"]).get(f"/projetos/{rollout.pk}/homologacao/matriz/")
        assert "3 casos sem resposta por uma mesma causa" in page.content.decode()

    @pytest.mark.parametrize("person", ["integrator", "client", "analyst"])
    def test_recorded_by_decision_each_case_is_blocked_and_no_nonconformity_opens(self, rollout, waiting, person):
        junit.decide(waiting, by=rollout.people[person], records=True)
        assert set(Result.objects.values_list("outcome", "machine")) == {("blocked", "CI da Conecta")}
        assert "staging não responde" in Result.objects.first().note
        assert not Nonconformity.objects.exists()
        assert RoundReport.objects.get().state == "recorded"
        assert not rollout.open_requirements.filter(key__startswith="homologation:report").exists()

    def test_discarded_it_stays_with_the_round_and_says_nothing(self, rollout, waiting, client_for):
        url = f"/projetos/{rollout.pk}/homologacao/relatorios/{waiting.pk}/decidir/"
        integrator = client_for(rollout.people["integrator"])
        assert integrator.post(url, {}).status_code == 422
        assert integrator.post(url, {"decision": "discard"}).status_code == 302
        assert integrator.post(url, {"decision": "record"}).status_code == 409
        assert (RoundReport.objects.get().state, Result.objects.count()) == ("discarded", 0)
        assert timeline.verify(Rollout.objects.get(pk=rollout.pk)) is None

    def test_after_its_round_was_closed_it_can_only_be_discarded(self, rollout, waiting):
        actions.close_round(rollout.script, by=rollout.people["analyst"])
        with pytest.raises(Refusal, match="já foi encerrada"):
            junit.decide(waiting, by=rollout.people["analyst"], records=True)
        junit.decide(waiting, by=rollout.people["analyst"], records=False)

    def test_a_report_that_is_kept_packed_is_recorded_from_its_zip(self, rollout, token):
        styled = self.STAGING_DOWN.replace(
            b"<testsuites>", b"<?xml-stylesheet type='text/xsl' href='x.xsl'?><testsuites>"
        )
        send(token, styled)
        report = RoundReport.objects.get()
        assert report.file.name == "junit.zip"
        junit.decide(report, by=rollout.people["analyst"], records=True)
        assert Result.objects.count() == 3

    @pytest.mark.parametrize(
        ("outcomes", "waits"),
        [(["blocked"] * 3, True), (["blocked"] * 3 + ["passed"] * 3, True), (["blocked"] * 3 + ["passed"] * 4, False),
         (["blocked"] * 2, False), (["blocked"] * 3 + ["skipped"] * 9, True), (["failed"] * 5, True), (["failed"] * 4, False),
         (["failed"] * 5 + ["passed"] * 6, False), ([], False)],
    )  # fmt: skip
    def test_from_which_number_on_it_waits(self, outcomes, waits):
        cases = [
            reported_tests.CaseTests(Case(), [reported_tests.Test("t", "", outcome, f"timeout after {number} ms")])
            for number, outcome in enumerate(outcomes)
        ]
        assert junit.has_one_cause(cases) == waits

    def test_failures_for_different_reasons_are_recorded(self):
        cases = [
            reported_tests.CaseTests(Case(), [reported_tests.Test("t", "", "failed", f"campo {letter}")])
            for letter in "abcdefgh"
        ]
        assert not junit.has_one_cause(cases)

    def test_a_report_without_tests_records_nothing_and_says_so(self, token):
        answer = send(token, (INPUTS / "nothing.xml").read_bytes())
        assert (answer.status_code, answer.json()["tests"], answer.json()["cases"]) == (200, 0, [])


class TestRefusals:
    def test_without_an_open_round_nothing_of_it_is_taken(self, rollout, token):
        actions.close_round(rollout.script, by=rollout.people["analyst"])
        answer = send(token)
        assert (answer.status_code, "rodada" in answer.json()["message"]) == (409, True)

    def test_outside_the_homologation(self, rollout, token):
        at_stage(rollout, Stage.ACCEPTANCE)
        assert send(token).status_code == 409

    def test_of_a_closed_rollout(self, rollout, token):
        at_stage(rollout, Stage.CANCELLED)
        assert send(token).status_code == 409

    @pytest.mark.parametrize(("who", "status"), [("manager", 201), ("platform", 403)])
    def test_the_role_behind_the_token_decides(self, rollout, who, status):
        assert send(ApiTokenFactory(rollout=rollout, person=rollout.people[who])).status_code == status

    def test_the_scope_is_results(self, rollout):
        answer = send(ApiTokenFactory(rollout=rollout, scopes=["read", "files"]))
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")

    def test_too_large_a_report_is_413(self, token, monkeypatch):
        monkeypatch.setattr(junit, "MOST_BYTES", 100)
        assert send(token).status_code == 413

    def test_as_a_body_it_may_be_as_large_as_a_body_may(self, token, settings):
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
        answer = tool(token).generic("POST", f"/api/rollouts/{token.rollout_id}/junit/", REPORT, "application/xml")
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")

    @pytest.mark.parametrize(
        ("data", "status", "field"), [({}, 422, "report"), ({"file": SimpleUploadedFile("a.xml", REPORT)}, 422, "file")]
    )
    def test_the_file_has_its_field(self, token, data, status, field):
        answer = tool(token).post(f"/api/rollouts/{token.rollout_id}/junit/", data)
        assert (answer.status_code, answer.json()["field"]) == (status, field)

    def test_json_is_no_report(self, token):
        answer = tool(token).post(f"/api/rollouts/{token.rollout_id}/junit/", {}, content_type="application/json")
        assert answer.status_code == 415


BOMB = b"""<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<testsuite><testcase name="&b;"/></testsuite>"""
FILE = b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite><testcase name="ped_01">&f;</testcase></testsuite>'


class TestReading:
    @pytest.mark.parametrize(
        ("content", "why"),
        [(BOMB, "DOCTYPE"), (FILE, "DOCTYPE"), (b'<!DOCTYPE x SYSTEM "http://x/"><testsuite/>', "DOCTYPE"),
         (b"<html></html>", "JUnit"), (b"<testsuite>", "bem formado"), (b"", "bem formado"), (b"\x00\x01", "bem formado"),
         (b'<?xml version="1.0" encoding="ebcdic-x"?><testsuite/>', "bem formado"),
         (b"<testsuite>" * 60, "um dentro do outro"),
         (b"<testsuite><testcase name='&x;'/></testsuite>", "bem formado")],
    )  # fmt: skip
    def test_what_is_no_report_or_would_expand_is_refused(self, content, why):
        with pytest.raises(Invalid, match=why):
            reported_tests.parse(content)

    def test_more_tests_than_are_read_is_refused(self, monkeypatch):
        monkeypatch.setattr(reported_tests, "MOST_TESTS", 2)
        with pytest.raises(Invalid, match="2 testes"):
            reported_tests.parse(b"<testsuite>" + b"<testcase name='x'/>" * 3 + b"</testsuite>")

    def test_suites_within_suites_errors_and_words_without_a_message(self):
        content = """<testsuites xmlns="urn:x"><testsuite><testsuite>
          <testcase name="a"><error><![CDATA[  boom
          at line 2]]></error></testcase>
          <testcase name="b"><system-out>noise</system-out><skipped/></testcase>
          <testcase name="ç"/>
        </testsuite></testsuite></testsuites>""".encode("utf-16")
        assert [(test.name, test.outcome, test.message) for test in reported_tests.parse(content)] == [
            ("a", "blocked", "boom"), ("b", "skipped", ""), ("ç", "passed", ""),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        "name",
        ["test_ped_03_refund", "PED-03 refund", "ped03", "PED-3", "TestPed03Refund", "testPED03", "it PED.03: works",
         "test[PED-03]", "ped_003", "PED 03"],
    )  # fmt: skip
    def test_names_that_mean_the_case(self, name):
        assert ("ped", 3) in reported_tests.named_parts(name)

    @pytest.mark.parametrize(
        "name", ["speed_03", "ped_031", "ped_30", "ped", "test_03", "pedido_03", "xped03", "ped__03"]
    )
    def test_names_that_do_not(self, name):
        assert ("ped", 3) not in reported_tests.named_parts(name)

    def test_the_class_names_the_case_where_the_test_names_none_and_a_test_may_name_two(self):
        cases = [Case(code="PED-01"), Case(code="PED-02")]
        tests = [
            reported_tests.Test("test_create", "TestPED01"), reported_tests.Test("ped_02 after ped_01", ""),
            reported_tests.Test("test_ped_02", "TestPED01"),
        ]  # fmt: skip
        reported_cases, unknown = reported_tests.by_case(tests, cases)
        assert {row.case.code: [test.name for test in row.tests] for row in reported_cases} == {
            "PED-01": ["test_create", "ped_02 after ped_01"], "PED-02": ["ped_02 after ped_01", "test_ped_02"],
        }  # fmt: skip
        assert unknown == []

    @pytest.mark.parametrize(
        ("outcomes", "expected"),
        [(["passed", "failed"], "failed"), (["passed", "skipped"], "passed"), (["skipped", "skipped"], "skipped"),
         (["skipped", "failed"], "failed"), (["blocked", "failed"], "failed"), (["passed", "blocked"], "blocked")],
    )  # fmt: skip
    def test_several_tests_of_a_case_are_one_outcome(self, outcomes, expected):
        tests = [reported_tests.Test("t", "", outcome) for outcome in outcomes]
        assert reported_tests.CaseTests(Case(), tests).outcome == expected

    def test_a_long_list_of_tests_is_cut(self):
        proof = reported_tests.CaseTests(Case(), [reported_tests.Test(f"t{n}", "") for n in range(100)]).proof
        assert proof.splitlines()[0] == "JUnit: 100 ✓"
        assert (len(proof.splitlines()), proof[-1]) == (reported_tests.LISTED_TESTS + 2, "…")
