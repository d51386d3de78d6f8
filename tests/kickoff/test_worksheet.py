"""The integration worksheet: who writes what, two people at once, and what stands afterwards."""

import re
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from apps.core import clock
from apps.core.process import Gate, Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.rollouts import gates
from apps.stages.kickoff import actions, queries, worksheet
from apps.stages.kickoff.models import CellChange, Row
from tests.kickoff.factories import AgreedMethodFactory, RowFactory, agree, hold, published, write
from tests.rollouts.factories import at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(kickoff):
    return RowFactory(kickoff=kickoff, cells={"platform_code": "pix"})


def edit(row, column, value, version=None):
    return worksheet.Edit(row.pk, column, value, row.version(column) if version is None else version)


def events(rollout):
    return rollout.events.filter(kind="kickoff.worksheet_filled").count()


class TestWriting:
    def test_an_adopted_method_brings_a_row_for_each_of_its_fields(self, rollout, kickoff):
        actions.agree_methods(kickoff, by=rollout.people["pm"], methods=[kickoff.methods.get()])
        actions.agree_methods(kickoff, by=rollout.people["pm"], methods=[kickoff.methods.get()])
        assert [row.key for row in kickoff.rows.filter(sheet="fields")] == ["sku", "quantidade"]

    def test_every_change_is_kept_with_who_and_what_was_there(self, rollout, kickoff, row):
        worksheet.write(kickoff, by=rollout.people["client"], edits=[edit(row, "platform_code", " pix  novo ")])
        change = CellChange.objects.get()
        assert (change.before, change.after, change.by) == ("pix", "pix novo", rollout.people["client"])
        assert Row.objects.get(pk=row.pk).cell("platform_code") == "pix novo"

    def test_a_change_that_was_kept_cannot_be_rewritten(self, rollout, kickoff, row):
        worksheet.write(kickoff, by=rollout.people["client"], edits=[edit(row, "note", "x")])
        for attempt in (lambda: CellChange.objects.update(after="y"), lambda: CellChange.objects.all().delete()):
            with pytest.raises(DatabaseError), transaction.atomic():
                attempt()

    def test_two_people_in_different_cells_of_one_row_are_merged(self, rollout, kickoff, row):
        worksheet.write(kickoff, by=rollout.people["client"], edits=[edit(row, "note", "Só à vista")])
        worksheet.write(kickoff, by=rollout.people["integrator"], edits=[edit(row, "presence_condition", "PIX")])
        assert Row.objects.get(pk=row.pk).cells == {
            "platform_code": "pix", "note": "Só à vista", "presence_condition": "PIX",
        }  # fmt: skip

    def test_two_people_in_one_cell_are_told_and_nothing_is_overwritten(self, rollout, kickoff, row):
        worksheet.write(kickoff, by=rollout.people["client"], edits=[edit(row, "note", "Do cliente")])
        conflicts = worksheet.write(
            kickoff,
            by=rollout.people["integrator"],
            edits=[edit(row, "note", "Do integrador"), edit(row, "presence_condition", "PIX")],
        )
        assert [(each.current, each.change.by) for each in conflicts] == [("Do cliente", rollout.people["client"])]
        assert Row.objects.get(pk=row.pk).cell("note") == "Do cliente"
        assert Row.objects.get(pk=row.pk).cell("presence_condition") == "PIX"
        seen = edit(row, "note", "Do integrador", version=1)
        assert worksheet.write(kickoff, by=rollout.people["integrator"], edits=[seen]) == []

    def test_the_same_words_from_two_people_are_no_conflict(self, rollout, kickoff, row):
        for who in ("client", "integrator"):
            assert worksheet.write(kickoff, by=rollout.people[who], edits=[edit(row, "note", "Igual")]) == []

    def test_a_sitting_of_one_person_is_one_event(self, rollout, kickoff, row):
        for text in "abc":
            write(kickoff, rollout.people["client"], {"note": text}, pk=row.pk)
        assert events(rollout) == 1
        write(kickoff, rollout.people["integrator"], {"presence_condition": "x"}, pk=row.pk)
        assert events(rollout) == 2

    def test_a_row_that_comes_or_goes_leaves_its_trace(self, rollout, kickoff):
        row = worksheet.add_row(kickoff, by=rollout.people["client"], sheet="carriers")
        write(kickoff, rollout.people["client"], {"platform_code": "PAC"}, pk=row.pk)
        worksheet.remove_row(row, by=rollout.people["integrator"])
        came, _written, went = CellChange.objects.filter(row=row)
        assert (came.column, came.by) == (CellChange.ADDED, rollout.people["client"])
        assert (went.column, went.by, went.before) == (CellChange.REMOVED, rollout.people["integrator"], "PAC")

    def test_another_sitting_is_another_event(self, rollout, kickoff, row, monkeypatch):
        write(kickoff, rollout.people["client"], {"note": "a"}, pk=row.pk)
        later = clock.now() + timedelta(hours=1)
        monkeypatch.setattr(clock, "now", lambda: later)
        write(kickoff, rollout.people["client"], {"presence_condition": "b"}, pk=row.pk)
        assert events(rollout) == 2

    def test_writing_while_an_objection_stands_asks_for_new_minutes(self, rollout, kickoff):
        minutes = published(kickoff)
        objection = {"party": "client", "agrees": False, "reason": "Falta a regra"}
        actions.answer_minutes(minutes, by=rollout.people["client"], **objection)
        write(kickoff, rollout.people["client"], {"rule": "x"}, sheet="fields")
        assert queries.minutes_in_force(rollout) is None

    def test_what_nobody_changed_leaves_the_minutes_in_force(self, rollout, kickoff):
        published(kickoff)
        write(kickoff, rollout.people["client"], {"platform_field": "skuId"}, sheet="fields")
        assert queries.minutes_in_force(rollout) is not None


class TestRefusals:
    def test_a_row_that_another_changed_since_it_was_seen_is_not_removed(self, rollout, kickoff, row):
        write(kickoff, rollout.people["client"], {"note": "Do cliente"}, pk=row.pk)
        with pytest.raises(Refusal, match=str(rollout.people["client"])):
            worksheet.remove_row(row, by=rollout.people["integrator"], shown_cells={"platform_code": "pix", "note": ""})
        worksheet.remove_row(row, by=rollout.people["integrator"], shown_cells={"note": "Do cliente"})
        with pytest.raises(Refusal, match="retirada"):
            worksheet.remove_row(row, by=rollout.people["client"])

    def test_characters_that_cannot_be_printed_are_not_kept(self, rollout, kickoff, row):
        write(kickoff, rollout.people["client"], {"note": "a\x00b\x07\nc"}, pk=row.pk)
        assert Row.objects.get(pk=row.pk).cell("note") == "a b c"

    @pytest.mark.parametrize(
        ("column", "value"), [("note", "x" * 301), ("erp_status", "x"), ("direction", "up"), ("colour", "x")]
    )
    def test_what_a_column_does_not_take_writes_nothing(self, rollout, kickoff, column, value):
        row = RowFactory(kickoff=kickoff, sheet="statuses", key="3")
        edits = [edit(row, "platform_status", "paid"), edit(row, column, value)]
        with pytest.raises(Invalid):
            worksheet.write(kickoff, by=rollout.people["client"], edits=edits)
        assert Row.objects.get(pk=row.pk).cells == {}

    @pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
    def test_a_date_that_nobody_means(self, rollout, kickoff, day):
        row = RowFactory(kickoff=kickoff, sheet="actions")
        with pytest.raises(Invalid, match="data válida"):
            worksheet.write(kickoff, by=rollout.people["pm"], edits=[edit(row, "due", day)])

    def test_a_date_that_is_none(self, rollout, kickoff):
        row = RowFactory(kickoff=kickoff, sheet="actions")
        with pytest.raises(Invalid, match="data"):
            worksheet.write(kickoff, by=rollout.people["pm"], edits=[edit(row, "due", "amanhã")])

    @pytest.mark.parametrize("sheet", ["decisions", "actions"])
    def test_decisions_and_actions_are_presences_to_write(self, rollout, kickoff, sheet):
        row = RowFactory(kickoff=kickoff, sheet=sheet)
        with pytest.raises(NotAllowed):
            worksheet.write(kickoff, by=rollout.people["client"], edits=[edit(row, "text", "x")])
        with pytest.raises(NotAllowed):
            worksheet.add_row(kickoff, by=rollout.people["client"], sheet=sheet)
        with pytest.raises(NotAllowed):
            worksheet.remove_row(row, by=rollout.people["client"])

    def test_a_stranger_writes_nothing(self, rollout, kickoff, row):
        with pytest.raises(NotAllowed):
            worksheet.write(kickoff, by=rollout.people["stranger"], edits=[edit(row, "note", "x")])

    def test_a_row_that_was_removed_meanwhile(self, rollout, kickoff, row):
        worksheet.remove_row(row, by=rollout.people["client"])
        with pytest.raises(Refusal, match="retirada"):
            worksheet.write(kickoff, by=rollout.people["integrator"], edits=[edit(row, "note", "x")])

    def test_a_row_of_the_catalogue_stays(self, rollout, kickoff):
        agree(kickoff, rollout.people["pm"])
        with pytest.raises(Refusal, match="não se usa"):
            worksheet.remove_row(kickoff.rows.filter(sheet="fields").first(), by=rollout.people["pm"])

    def test_a_field_of_a_method_that_is_not_adopted(self, rollout, kickoff):
        with pytest.raises(Invalid, match="método"):
            worksheet.add_row(kickoff, by=rollout.people["pm"], sheet="fields", method=kickoff.methods.get())

    def test_a_sheet_that_does_not_exist(self, rollout, kickoff):
        with pytest.raises(Invalid):
            worksheet.add_row(kickoff, by=rollout.people["pm"], sheet="colours")

    def test_more_rows_than_anybody_needs(self, rollout, kickoff, monkeypatch):
        monkeypatch.setattr(worksheet, "ROWS_AT_MOST", 1)
        worksheet.add_row(kickoff, by=rollout.people["client"], sheet="carriers")
        with pytest.raises(Refusal, match="demais"):
            worksheet.add_row(kickoff, by=rollout.people["client"], sheet="carriers")

    @pytest.mark.parametrize("stage", [Stage.GO_LIVE, Stage.COMPLETED])
    def test_anything_once_the_term_was_signed(self, rollout, kickoff, row, stage):
        at_stage(rollout, stage)
        with pytest.raises(Refusal, match="fechada|encerrado"):
            worksheet.write(kickoff, by=rollout.people["pm"], edits=[edit(row, "note", "x")])


class TestTheGate:
    def missing(self, rollout):
        return {need.key for need in gates.unmet(type(rollout).objects.get(pk=rollout.pk), Gate.START_DEVELOPMENT)}

    def test_orders_ask_for_the_map_of_their_situations(self, rollout, kickoff):
        orders = AgreedMethodFactory(kickoff=kickoff, process="orders")
        RowFactory(kickoff=kickoff, sheet="statuses", key="6", cells={"erp_status": "6"})
        assert "kickoff:statuses" not in self.missing(rollout)
        actions.agree_methods(kickoff, by=rollout.people["pm"], methods=[orders])
        assert "kickoff:statuses" in self.missing(rollout)
        write(kickoff, rollout.people["integrator"], {"platform_status": "invoiced"}, sheet="statuses")
        assert "kickoff:statuses" not in self.missing(rollout)

    def test_a_field_that_is_not_used_is_not_agreed(self, rollout, kickoff):
        agree(kickoff, rollout.people["pm"])
        assert "kickoff:fields" not in self.missing(rollout)
        write(kickoff, rollout.people["pm"], {"unused": "1"}, sheet="fields")
        assert "kickoff:fields" in self.missing(rollout)

    def test_the_ball_moves_when_the_gate_asks_something_else(self, rollout, kickoff):
        agree(kickoff, rollout.people["pm"])
        before = events(rollout)
        write(kickoff, rollout.people["pm"], {"unused": "1"}, sheet="fields")
        assert events(rollout) == before + 1


class TestActionItems:
    @pytest.fixture
    def item(self, kickoff):
        cells = {"text": "Liberar o IP", "party": "client", "due": "2030-01-10"}
        return RowFactory(kickoff=kickoff, sheet="actions", cells=cells)

    def owed(self, rollout):
        return [(need.owed_by, need.due) for need in gates.early(rollout, []) if need.key.startswith("kickoff:action")]

    def test_its_party_finds_it_on_its_first_page_until_it_is_done(self, rollout, item, client_for):
        assert [(owed, f"{due}") for owed, due in self.owed(rollout)] == [("client", "2030-01-10")]
        browser = client_for(rollout.people["client"])
        url = reverse("portal:matter", args=[rollout.pk, f"kickoff:action:{item.pk}"])
        assert "Liberar o IP" in browser.get(url).content.decode()
        assert browser.post(url).status_code == 302
        assert self.owed(rollout) == []
        with pytest.raises(Refusal, match="já foi"):
            worksheet.do_action(item, by=rollout.people["pm"])

    def test_it_can_be_done_after_the_kickoff(self, rollout, item):
        at_stage(rollout, Stage.TRAINING)
        worksheet.do_action(item, by=rollout.people["client"])
        assert rollout.events.filter(kind="kickoff.action_done").count() == 1

    @pytest.mark.parametrize("who", ["integrator", "platform", "stranger"])
    def test_another_party_does_not_finish_it(self, rollout, item, who):
        with pytest.raises(NotAllowed):
            worksheet.do_action(item, by=rollout.people[who])


class TestThePage:
    def url(self, name, rollout, *args):
        return reverse(f"kickoff:{name}", args=[rollout.pk, *args])

    def shown(self, answer, column):
        """What stands in the field of ``column`` of the one line of ``answer``."""
        field = re.search(rf'<input\s[^>]*name="{column}"[^>]*>', answer.content.decode())
        return re.search(r'value="([^"]*)"', field[0])[1]

    def versions(self, answer):
        return re.search(r'name="versions" value="([^"]*)"', answer.content.decode())[1]

    def test_a_cell_saves_itself_and_says_what_is_kept(self, rollout, kickoff, row, client_for):
        browser = client_for(rollout.people["client"])
        data = {"row": row.pk, "column": "note", "value": "  à vista ", "version": 0}
        answer = browser.post(self.url("cell", rollout), data)
        assert answer.status_code == 200
        assert self.shown(answer, "note") == "à vista"
        assert self.versions(answer) == "0.0.1"
        clash = browser.post(self.url("cell", rollout), data | {"value": "outra"})
        assert clash.status_code == 409
        assert self.shown(clash, "note") == "outra"
        assert 'data-kept="à vista"' in clash.content.decode()
        assert f"{rollout.people['client']} escreveu “à vista”" in clash.content.decode()
        for bad, status in (
            ({"row": "x"}, 409),
            ({"row": "²"}, 409),
            ({"row": "9" * 30}, 409),
            ({"value": "x" * 301, "version": 1}, 422),
            ({"column": "colour"}, 422),
            ({"row": 10**9}, 409),
        ):
            assert browser.post(self.url("cell", rollout), data | bad).status_code == status

    def test_a_refused_value_stays_in_its_cell_with_the_reason(self, rollout, kickoff, row, client_for):
        data = {"row": row.pk, "column": "note", "value": "y" * 301, "version": 0}
        answer = client_for(rollout.people["client"]).post(self.url("cell", rollout), data)
        assert self.shown(answer, "note") == "y" * 301
        assert "no máximo 300 caracteres" in answer.content.decode()
        assert Row.objects.get(pk=row.pk).cell("note") == ""

    def test_the_same_cell_sent_twice_is_written_once(self, rollout, kickoff, row, client_for):
        data = {"row": row.pk, "column": "note", "value": "à vista", "version": 0}
        for _time in range(2):
            assert client_for(rollout.people["client"]).post(self.url("cell", rollout), data).status_code == 200
        assert row.changes.count() == 1

    def test_a_late_copy_does_not_bring_back_what_was_cleared_since(self, rollout, kickoff, row, client_for):
        data = {"row": row.pk, "column": "note", "value": "à vista", "version": 0}
        browser = client_for(rollout.people["client"])
        browser.post(self.url("cell", rollout), data)
        write(kickoff, rollout.people["integrator"], {"note": ""}, pk=row.pk)
        assert browser.post(self.url("cell", rollout), data).status_code == 409
        assert Row.objects.get(pk=row.pk).cell("note") == ""

    def test_open_pages_learn_what_others_wrote_and_not_what_they_wrote_themselves(
        self, rollout, kickoff, row, client_for
    ):
        write(kickoff, rollout.people["client"], {"note": "a"}, pk=row.pk)
        write(kickoff, rollout.people["integrator"], {"presence_condition": "b"}, pk=row.pk)
        told = client_for(rollout.people["client"]).get(self.url("changes", rollout), {"since": 0}).json()
        assert [change["value"] for change in told["changes"]] == ["b"]
        assert f'id="linha-{row.pk}"' in told["lines"]
        again = client_for(rollout.people["client"]).get(self.url("changes", rollout), {"since": told["last"]}).json()
        assert again == {"last": told["last"], "changes": [], "lines": ""}
        odd = client_for(rollout.people["client"]).get(self.url("changes", rollout), {"since": "9" * 30}).json()
        assert odd["last"] == told["last"]

    def test_without_javascript_each_line_is_saved_by_its_button(self, rollout, kickoff, row, client_for):
        browser = client_for(rollout.people["client"])
        data = {"platform_code": "pix", "presence_condition": "", "note": "x", "versions": "0.0.0"}
        assert browser.post(self.url("save_row", rollout, row.pk), data).status_code == 302
        assert Row.objects.get(pk=row.pk).cells == {"platform_code": "pix", "note": "x"}

    def test_what_a_line_showed_is_not_taken_for_what_was_written(self, rollout, kickoff, row, client_for):
        write(kickoff, rollout.people["integrator"], {"presence_condition": "PIX"}, pk=row.pk)
        data = {"platform_code": "pix", "presence_condition": "", "note": "x", "versions": "0.0.0"}
        assert client_for(rollout.people["client"]).post(self.url("save_row", rollout, row.pk), data).status_code == 302
        assert Row.objects.get(pk=row.pk).cell("presence_condition") == "PIX"

    def test_what_could_not_be_saved_comes_back_as_it_was_typed(self, rollout, kickoff, row, client_for):
        write(kickoff, rollout.people["client"], {"note": "Do cliente"}, pk=row.pk)
        url = self.url("save_row", rollout, row.pk)
        data = {"platform_code": "pix", "note": "Do integrador", "versions": "0.0.0"}
        answer = client_for(rollout.people["integrator"]).post(url, data)
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Do integrador" in page
        assert "Do cliente" in page
        assert "0.0.1" in page
        answer = client_for(rollout.people["integrator"]).post(url, data | {"note": "y" * 301})
        assert answer.status_code == 422
        assert "y" * 301 in answer.content.decode()

    def test_rows_come_and_go_and_what_was_typed_into_them_is_saved(self, rollout, kickoff, row, client_for):
        browser = client_for(rollout.people["client"])
        for _time in range(2):  # The second is the double click's.
            answer = browser.post(self.url("add_row", rollout), {"sheet": "carriers", "position": 1})
            assert answer.status_code == 302
        added = kickoff.rows.get(sheet="carriers")
        typed = {"note": "x", "versions": "0.0.0"}
        assert browser.post(self.url("save_row", rollout, added.pk), typed).status_code == 302
        assert Row.objects.get(pk=added.pk).cell("note") == "x"
        assert browser.post(self.url("remove_row", rollout, added.pk)).status_code == 302
        assert browser.post(self.url("remove_row", rollout, added.pk)).status_code == 404

    def test_removing_a_row_saves_what_was_typed_and_stops_at_what_was_not_seen(
        self, rollout, kickoff, row, client_for
    ):
        write(kickoff, rollout.people["client"], {"presence_condition": "PIX"}, pk=row.pk)
        typed = {"note": " meu ", "presence_condition": "", "versions": "0.0.0"}
        browser = client_for(rollout.people["integrator"])
        answer = browser.post(self.url("remove_row", rollout, row.pk), typed)
        assert answer.status_code == 409
        assert "mudou esta linha" in answer.content.decode()
        row.refresh_from_db()
        assert (row.removed_at, row.cell("note")) == (None, "meu")
        seen = {"note": "meu", "presence_condition": "PIX", "versions": "0.1.1"}
        assert browser.post(self.url("remove_row", rollout, row.pk), seen).status_code == 302

    def test_everybody_of_the_rollout_reads_who_wrote_what(self, rollout, kickoff, row, client_for):
        write(kickoff, rollout.people["integrator"], {"note": "Só à vista"}, pk=row.pk)
        status = RowFactory(kickoff=kickoff, sheet="statuses", cells={"direction": "erp_to_platform"})
        write(kickoff, rollout.people["pm"], {"direction": "platform_to_erp"}, pk=status.pk)
        worksheet.remove_row(row, by=rollout.people["pm"])
        page = client_for(rollout.people["client"]).get(self.url("history", rollout)).content.decode()
        for told in (str(rollout.people["integrator"]), "Só à vista", "ERP → plataforma", "linha retirada"):
            assert told in page
        assert client_for(rollout.people["stranger"]).get(self.url("history", rollout)).status_code == 404

    def test_who_looks_as_another_party_only_reads(self, rollout, kickoff, row, client_for):
        browser = client_for(rollout.people["manager"])
        browser.post(reverse("portal:view_as", args=[rollout.pk]), {"role": "client"})
        page = browser.get(self.url("worksheet", rollout)).content.decode()
        assert "pix" in page
        assert "data-worksheet" not in page
        assert "Só para leitura" not in page

    def test_it_is_read_only_once_the_term_was_signed(self, rollout, kickoff, row, client_for):
        at_stage(rollout, Stage.GO_LIVE)
        page = client_for(rollout.people["integrator"]).get(self.url("worksheet", rollout)).content.decode()
        assert "pix" in page
        assert "data-worksheet" not in page
        assert "Só para leitura" in page

    def test_more_rows_take_no_more_queries(self, rollout, kickoff, client_for, django_assert_max_num_queries):
        hold(kickoff, rollout.people["pm"])
        agree(kickoff, rollout.people["pm"])
        RowFactory.create_batch(40, kickoff=kickoff)
        browser = client_for(rollout.people["pm"])
        browser.get(self.url("worksheet", rollout))
        with django_assert_max_num_queries(45):
            browser.get(self.url("worksheet", rollout))
