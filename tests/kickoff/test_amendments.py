"""After the minutes: one side proposes a change of the worksheet, the other side concerned answers."""

import csv
import io
import json

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from apps.core import plugins
from apps.core.plugins import Plugin
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.rollouts.models import Rollout
from apps.stages.kickoff import actions, amendments, documents, queries, term, worksheet
from apps.stages.kickoff.models import Amendment, CellChange, Kickoff, Minutes, Row
from tests.kickoff.factories import RowFactory, published, write
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(kickoff):
    return RowFactory(kickoff=kickoff, cells={"platform_code": "pix", "note": "À vista"})


@pytest.fixture
def minutes(kickoff, row):
    return published(kickoff)


def proposed(kickoff, who, cells, **row) -> Amendment:
    assert write(kickoff, kickoff.rollout.people[who], cells, **row) == []
    return kickoff.amendments.last()


def answer(kickoff, who, *numbers, accepts=True, note=""):
    return amendments.answer(kickoff, by=kickoff.rollout.people[who], numbers=numbers, accepts=accepts, note=note)


def owed(rollout):
    return {need.owed_by for need in gates.early(rollout, []) if need.key.startswith("kickoff:amendments")}


@pytest.mark.usefixtures("minutes")
class TestProposing:
    def test_what_is_agreed_stays_until_the_other_side_accepts(self, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        assert Row.objects.get(pk=row.pk).cell("note") == "À vista"
        answer(kickoff, "client", 1)
        assert Row.objects.get(pk=row.pk).cell("note") == "30 dias"
        assert queries.minutes_in_force(kickoff.rollout) is not None

    def test_what_is_declined_changes_nothing_and_says_why(self, kickoff, row):
        amendment = proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        with pytest.raises(Invalid):
            answer(kickoff, "client", 1, accepts=False, note=" ")
        answer(kickoff, "client", 1, accepts=False, note="O contrato diz à vista")
        amendment.refresh_from_db()
        assert (amendment.state, amendment.decision_note) == ("declined", "O contrato diz à vista")
        assert Row.objects.get(pk=row.pk).cell("note") == "À vista"

    @pytest.mark.parametrize(
        ("sheet", "cells", "who", "concerned"),
        [
            ("fields", {"rule": "x"}, "integrator", "presence"),
            ("fields", {"rule": "x"}, "pm", "integrator"),
            ("fields", {"rule": "x"}, "client", "presence"),
            ("fields", {"rule": "x"}, "platform", "presence"),
            ("payments", {"note": "x"}, "integrator", "client"),
            ("payments", {"note": "x"}, "pm", "client"),
            ("payments", {"note": "x"}, "client", "integrator"),
        ],
    )
    def test_the_first_side_of_the_line_that_is_another_company_answers(
        self, rollout, kickoff, sheet, cells, who, concerned
    ):
        assert proposed(kickoff, who, cells, sheet=sheet).concerned == concerned
        assert owed(rollout) == {concerned}

    def test_an_action_is_answered_by_the_party_that_owes_it(self, kickoff):
        item = RowFactory(kickoff=kickoff, sheet="actions", cells={"text": "Liberar o IP", "party": "integrator"})
        assert proposed(kickoff, "pm", {"due": "2030-01-10"}, pk=item.pk).concerned == "integrator"

    def test_a_topic_of_the_data_names_its_sides(self, kickoff):
        topic = {"key": "prices", "title": {"pt": "Preços"}, "help": {}, "sides": ["client", "presence"]}
        Kickoff.objects.filter(pk=kickoff.pk).update(topics=[topic])
        price = RowFactory(kickoff=kickoff, sheet="data", topic="prices", key="prices.sale", cells={"datum": "Preço"})
        assert proposed(kickoff, "integrator", {"rule": "x"}, pk=price.pk).concerned == "client"

    def test_a_question_is_asked_without_an_agreement(self, kickoff):
        write(kickoff, kickoff.rollout.people["client"], {"question": "Com dígito?"}, sheet="fields")
        assert kickoff.rows.filter(sheet="fields").first().cell("question") == "Com dígito?"
        assert not kickoff.amendments.exists()
        assert queries.minutes_in_force(kickoff.rollout) is not None

    def test_the_same_side_replaces_or_takes_back_what_it_proposed(self, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        proposed(kickoff, "integrator", {"note": "60 dias"}, pk=row.pk)
        assert [amendment.state for amendment in kickoff.amendments.all()] == ["withdrawn", "open"]
        proposed(kickoff, "integrator", {"note": "À vista"}, pk=row.pk)
        assert not kickoff.amendments.filter(state="open").exists()
        assert owed(kickoff.rollout) == set()

    def test_the_same_proposal_twice_is_one(self, kickoff, row):
        edit = worksheet.Edit(row.pk, "note", "30 dias", 0)
        for _time in range(2):
            assert worksheet.write(kickoff, by=kickoff.rollout.people["integrator"], edits=[edit]) == []
        assert kickoff.amendments.count() == 1

    def test_another_side_is_told_what_waits_and_overwrites_nothing(self, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        conflicts = write(kickoff, kickoff.rollout.people["client"], {"note": "60 dias"}, pk=row.pk)
        assert [conflict.amendment.number for conflict in conflicts] == [1]
        assert kickoff.amendments.get().after == "30 dias"

    def test_the_database_takes_one_open_amendment_a_cell(self, kickoff, row):
        first = proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        first.pk, first.number = None, 2
        with pytest.raises(IntegrityError), transaction.atomic():
            first.save()

    def test_a_line_that_says_nothing_comes_and_goes_freely(self, kickoff):
        people = kickoff.rollout.people
        added = worksheet.add_row(kickoff, by=people["client"], sheet="carriers")
        proposed(kickoff, "client", {"platform_code": "PAC"}, pk=added.pk)
        worksheet.remove_row(added, by=people["client"])
        assert Row.objects.get(pk=added.pk).removed_at is not None
        assert kickoff.amendments.get().state == "withdrawn"

    def test_a_line_that_is_agreed_goes_by_an_amendment(self, kickoff, row):
        people = kickoff.rollout.people
        worksheet.remove_row(row, by=people["integrator"], reason="Não vendemos com Pix")
        worksheet.remove_row(row, by=people["integrator"])
        assert Row.objects.get(pk=row.pk).removed_at is None
        assert kickoff.amendments.get().reason == "Não vendemos com Pix"
        answer(kickoff, "client", 1)
        assert Row.objects.get(pk=row.pk).removed_at is not None

    def test_every_step_is_kept(self, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        answer(kickoff, "client", 1)
        people = kickoff.rollout.people
        assert [(change.step, change.by, change.before, change.after) for change in row.changes.all()] == [
            ("proposed", people["integrator"], "À vista", "30 dias"),
            ("accepted", people["client"], "À vista", "30 dias"),
        ]
        assert CellChange.objects.filter(amendment__number=1).count() == 2


@pytest.mark.usefixtures("minutes")
class TestAnswering:
    @pytest.mark.parametrize("who", ["integrator", "platform", "pm", "stranger"])
    def test_nobody_but_the_side_concerned(self, kickoff, row, who):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        with pytest.raises(NotAllowed):
            answer(kickoff, who, 1)
        assert kickoff.amendments.get().state == "open"

    def test_one_of_several_that_may_not_be_answered_leaves_all(self, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        proposed(kickoff, "integrator", {"rule": "x"}, sheet="fields")
        with pytest.raises(NotAllowed):
            answer(kickoff, "client", 1, 2)
        assert kickoff.amendments.filter(state="open").count() == 2

    def test_what_was_answered_is_not_answered_again(self, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        answer(kickoff, "client", 1)
        with pytest.raises(Refusal, match="já foi respondido"):
            answer(kickoff, "client", 1, accepts=False, note="x")

    def test_what_was_written_freely_meanwhile_is_not_overwritten(self, rollout, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        actions.note_agenda(kickoff.agenda.get(), by=rollout.people["pm"], notes="Falta a regra")
        write(kickoff, rollout.people["client"], {"note": "60 dias"}, pk=row.pk)
        with pytest.raises(Refusal, match="60 dias"):
            answer(kickoff, "client", 1)
        answer(kickoff, "client", 1, accepts=False, note="Ficou em 60")

    def test_a_line_that_goes_takes_what_was_proposed_for_it_along(self, rollout, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        worksheet.remove_row(row, by=rollout.people["integrator"])
        answer(kickoff, "client", 2)
        assert [amendment.state for amendment in kickoff.amendments.all()] == ["withdrawn", "accepted"]
        assert owed(rollout) == set()

    def test_only_the_side_that_proposed_takes_it_back(self, kickoff, row):
        amendment = proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        with pytest.raises(NotAllowed):
            amendments.withdraw(amendment, by=kickoff.rollout.people["client"])
        amendments.withdraw(amendment, by=kickoff.rollout.people["integrator"])
        with pytest.raises(Refusal):
            answer(kickoff, "client", 1)
        assert owed(kickoff.rollout) == set()

    def test_each_side_is_told_once_a_sitting_and_who_proposed_of_the_answer(self, rollout, kickoff, row):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        proposed(kickoff, "integrator", {"presence_condition": "Pix"}, pk=row.pk)
        answer(kickoff, "client", 1, 2)
        kinds = [event.kind for event in rollout.events.filter(kind__startswith="kickoff.amendment")]
        assert kinds == ["kickoff.amendments_proposed", "kickoff.amendments_accepted"]
        asked, accepted = rollout.events.filter(kind__startswith="kickoff.amendment")
        people = rollout.people
        assert people["client"] in plugins.notices()[asked.kind].to(asked)
        assert people["integrator"] in plugins.notices()[accepted.kind].to(accepted)
        assert accepted.data["sha256"] == queries.map_sha256(kickoff)

    def test_it_is_answered_from_the_first_page(self, rollout, kickoff, row, client_for):
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        url = reverse("portal:matter", args=[rollout.pk, "kickoff:amendments:client"])
        browser = client_for(rollout.people["client"])
        page = browser.get(url).content.decode()
        assert "30 dias" in page
        assert browser.post(url, {"numbers": ["1"], "answer": "yes", "note": ""}).status_code == 302
        assert kickoff.amendments.get().state == "accepted"

    def test_the_gate_to_the_term_waits_for_the_answer(self, rollout, kickoff, row):
        at_stage(rollout, Stage.HOMOLOGATION)
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        asked = {need.key for need in gates.unmet(rollout, Gate.START_ACCEPTANCE)}
        assert "kickoff:amendments:client" in asked
        answer(kickoff, "client", 1)
        asked = {need.key for need in gates.unmet(rollout, Gate.START_ACCEPTANCE)}
        assert "kickoff:amendments:client" not in asked


@pytest.mark.usefixtures("minutes")
class TestUntilTheTermIsSigned:
    @pytest.mark.parametrize("stage", [Stage.DEVELOPMENT, Stage.TRAINING, Stage.HOMOLOGATION, Stage.ACCEPTANCE])
    def test_the_map_is_alive_at_every_stage_before(self, rollout, kickoff, row, stage):
        at_stage(rollout, stage)
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        answer(kickoff, "client", 1)
        assert Row.objects.get(pk=row.pk).cell("note") == "30 dias"

    def test_once_all_signed_nothing_changes_and_nobody_is_asked(self, rollout, kickoff, row):
        at_stage(rollout, Stage.ACCEPTANCE)
        amendment = proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        with plugins.override(Plugin(app="signed", is_signed=lambda rollout: True)):
            with pytest.raises(Refusal, match="fechada"):
                answer(kickoff, "client", 1)
            with pytest.raises(Refusal, match="fechada"):
                amendments.withdraw(amendment, by=rollout.people["integrator"])
            assert owed(Rollout.objects.get(pk=rollout.pk)) == set()
        assert owed(Rollout.objects.get(pk=rollout.pk)) == {"client"}

    def test_the_term_names_the_map_as_it_was_accepted(self, rollout, kickoff, row):
        before = term.KICKOFF.of(rollout)["map"]
        assert (before["minutes"], before["amendments"]) == (1, 0)
        proposed(kickoff, "integrator", {"note": "30 dias"}, pk=row.pk)
        assert term.KICKOFF.of(rollout)["map"] == before
        write(kickoff, rollout.people["client"], {"question": "Com dígito?"}, sheet="fields")
        assert term.KICKOFF.of(rollout)["map"] == before
        answer(kickoff, "client", 1)
        after = term.KICKOFF.of(rollout)["map"]
        assert after["amendments"] == 1
        assert after["sha256"] != before["sha256"]
        assert after["content"]["payments"][0]["note"] == "30 dias"


class TestWhatLeaves:
    @pytest.fixture(autouse=True)
    def an_amendment(self, kickoff, row, minutes):
        return proposed(kickoff, "integrator", {"note": "30 dias"}, reason="O contrato mudou", pk=row.pk)

    def get(self, name, rollout, client_for):
        return client_for(rollout.people["client"]).get(reverse(f"kickoff:{name}", args=[rollout.pk]))

    def test_the_page_and_the_history_show_what_is_agreed_and_what_is_proposed(self, rollout, client_for):
        for name in ("worksheet", "history"):
            page = self.get(name, rollout, client_for).content.decode()
            for text in ("À vista", "30 dias", "O contrato mudou"):
                assert text in page

    def test_json_csv_and_minutes_hold_both(self, rollout, kickoff, client_for):
        amendment = json.loads(self.get("json", rollout, client_for).content)["amendments"][0]
        assert (amendment["agreed"], amendment["proposed"], amendment["state"]) == ("À vista", "30 dias", "open")
        lines = list(
            csv.DictReader(io.StringIO(self.get("csv", rollout, client_for).content.decode("utf-8-sig")), delimiter=";")
        )
        assert [(line["Combinado"], line["Proposto"]) for line in lines if line["Aditivo"]] == [("À vista", "30 dias")]
        snapshot = queries.worksheet(rollout)
        assert "30 dias" in documents.minutes_body(Minutes(kickoff=kickoff, text="x", snapshot=snapshot))
        assert documents.as_xlsx(snapshot).startswith(b"PK")

    def test_minutes_of_before_are_read_as_they_were(self, kickoff, minutes):
        snapshot = {key: value for key, value in minutes.snapshot.items() if key not in ("amendments", "data")}
        assert "Aditivos" not in documents.minutes_body(Minutes(kickoff=kickoff, text="x", snapshot=snapshot))

    def test_a_refused_answer_comes_back_with_its_reason(self, rollout, client_for):
        url = reverse("kickoff:answer_amendments", args=[rollout.pk])
        browser = client_for(rollout.people["client"])
        answer = browser.post(url, {"numbers": ["1"], "answer": "no", "note": ""})
        assert answer.status_code == 422
        assert "Diga por que não" in answer.content.decode()
        for numbers in (["x"], ["9" * 30], ["7"], []):
            assert browser.post(url, {"numbers": numbers, "answer": "yes"}).status_code == 422

    def test_who_proposed_finds_the_way_to_take_it_back(self, rollout, kickoff, client_for):
        browser = client_for(rollout.people["integrator"])
        url = reverse("kickoff:withdraw_amendment", args=[rollout.pk, 1])
        assert url in browser.get(reverse("kickoff:worksheet", args=[rollout.pk])).content.decode()
        assert browser.post(url).status_code == 302
        assert kickoff.amendments.get().state == "withdrawn"
        assert browser.post(url).status_code == 409
