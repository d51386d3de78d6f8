"""Any case is run again by choice, and a newer connector says which results it makes old."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.process import Gate
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts.models import Rollout
from apps.stages.development import actions as development
from apps.stages.homologation import queries, term
from apps.stages.homologation.execution import rounds
from apps.stages.homologation.models import Case, Result, Script
from tests.homologation.test_homologation import case, missing, report
from tests.read_model import held_against_the_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def passed(rollout, script):
    """PED-01 ← PED-04, and PED-02; all passed, and the round is closed."""
    Case.objects.create(
        script=script, position=4, code="PED-04", process="PED", title="x", obligation="mandatory", depends=["PED-01"]
    )
    queries.open_round(script).cases.add(case(script, "PED-04"))
    for code in ("PED-01", "PED-02", "PED-04"):
        report(script, rollout, code=code)
    rounds.close_round(script, by=rollout.people["pm"])
    return script


def opened(rollout, script, **choice):
    round_ = rounds.start_round(Script.objects.get(pk=script.pk), by=rollout.people["pm"], **choice)
    return [row.code for row in round_.cases.all()]


class TestARound:
    @pytest.mark.parametrize(
        ("choice", "codes"),
        [
            ({"scope": "all"}, ["PED-01", "PED-02", "PED-04"]),
            ({"scope": "process", "process": "PED"}, ["PED-01", "PED-02", "PED-04"]),
            ({"scope": "cases", "codes": ["PED-01"]}, ["PED-01"]),
            ({"scope": "dependents", "codes": ["PED-01"]}, ["PED-01", "PED-04"]),
        ],
    )
    def test_takes_what_was_chosen_although_it_passed(self, rollout, passed, choice, codes):
        assert opened(rollout, passed, **choice) == codes
        assert missing(rollout) == {(f"case:{code}", "presence") for code in codes if code != "PED-02"}

    @pytest.mark.parametrize(
        "choice", [{"scope": "cases"}, {"scope": "cases", "codes": ["PED-03"]}, {"scope": "process"}]
    )
    def test_without_a_case_that_applies_it_asks_for_one(self, rollout, passed, choice):
        with pytest.raises(Invalid, match="Escolha"):
            opened(rollout, passed, **choice)

    def test_a_case_that_does_not_apply_is_run_when_it_is_named(self, rollout, passed):
        opened(rollout, passed, scope="cases", codes=["PED-02"])
        report(passed, rollout, code="PED-02", outcome="not_applicable", note="x")
        rounds.close_round(passed, by=rollout.people["pm"])
        assert opened(rollout, passed, scope="all") == ["PED-01", "PED-04"]
        rounds.close_round(passed, by=rollout.people["pm"])
        assert opened(rollout, passed, scope="cases", codes=["PED-02"]) == ["PED-02"]

    def test_takes_one_case_more_while_it_is_open(self, rollout, passed):
        opened(rollout, passed, scope="cases", codes=["PED-01"])
        with pytest.raises(NotAllowed):
            rounds.add_case(case(passed, "PED-04"), by=rollout.people["client"])
        with held_against_the_rules() as differences:
            rounds.add_case(case(passed, "PED-04"), by=rollout.people["pm"])
        assert differences == []
        assert ("case:PED-04", "presence") in missing(rollout)
        with pytest.raises(Refusal, match="já faz parte"):
            rounds.add_case(case(passed, "PED-04"), by=rollout.people["pm"])
        with pytest.raises(Refusal, match="não se aplica"):
            rounds.add_case(case(passed, "PED-03"), by=rollout.people["pm"])

    def test_is_chosen_in_the_browser(self, rollout, passed, client_for):
        base = f"/projetos/{rollout.pk}/homologacao/"
        pm = client_for(rollout.people["pm"])
        assert "Abrir rodada com casos escolhidos" in pm.get(base).content.decode()
        assert pm.post(base + "rodada/abrir/", {"scope": "cases"}).status_code == 422
        answer = pm.post(base + "rodada/abrir/", {"scope": "dependents", "codes": ["PED-04"]})
        assert answer.status_code == 302
        assert pm.post(base + "rodada/caso/PED-01/").status_code == 302
        assert client_for(rollout.people["client"]).post(base + "rodada/caso/PED-02/").status_code == 403


class TestANewerConnector:
    @pytest.fixture
    def delivered(self, rollout, passed):
        """Passed with 1.0, after which 1.1 was delivered."""
        Result.objects.update(version="1.0")
        Script.objects.filter(pk=passed.pk).update(judged_version="1.0")
        development.declare_delivery(rollout, by=rollout.people["integrator"], version="1.1", notes="Troca")
        return Script.objects.get(pk=passed.pk)

    def test_waits_for_the_team_to_say_what_it_makes_old(self, rollout, delivered):
        assert missing(rollout) == {("version", "presence")}
        assert missing(rollout, Gate.START_GO_LIVE) == {("version", "presence")}

    def test_keeps_every_result_with_a_reason(self, rollout, delivered):
        with pytest.raises(Invalid):
            rounds.keep_results(delivered, by=rollout.people["pm"], reason=" ")
        with pytest.raises(NotAllowed):
            rounds.keep_results(delivered, by=rollout.people["integrator"], reason="x")
        rounds.keep_results(delivered, by=rollout.people["pm"], reason="Só muda o log")
        assert missing(rollout) == set()
        assert rollout.events.get(kind="homologation.results_kept").data["version"] == "1.1"
        with pytest.raises(Refusal):
            rounds.keep_results(delivered, by=rollout.people["pm"], reason="x")

    def test_or_has_the_chosen_cases_run_again(self, rollout, delivered):
        assert opened(rollout, delivered, scope="dependents", codes=["PED-04"]) == ["PED-04"]
        assert missing(rollout) == {("case:PED-04", "presence")}

    def test_the_term_names_the_version_that_passed_last(self, rollout, delivered):
        opened(rollout, delivered, scope="cases", codes=["PED-04"])
        fresh = Script.objects.get(pk=delivered.pk)
        with clock.at(clock.now() + timedelta(minutes=5)):
            report(fresh, rollout, code="PED-04")
        assert term.HOMOLOGATION.of(Rollout.objects.get(pk=rollout.pk))["versions"] == [
            {"version": "1.1", "cases": 1}, {"version": "1.0", "cases": 2},
        ]  # fmt: skip

    def test_presence_keeps_them_on_the_page(self, rollout, delivered, client_for):
        base = f"/projetos/{rollout.pk}/homologacao/"
        pm = client_for(rollout.people["pm"])
        assert "A versão 1.1 do conector chegou depois dos resultados" in pm.get(base).content.decode()
        assert pm.post(base + "rodada/manter/", {"reason": ""}).status_code == 422
        assert pm.post(base + "rodada/manter/", {"reason": "Só o log"}).status_code == 302
        assert missing(rollout) == set()
