"""A block that was copied from a spreadsheet, into the worksheet."""

import pytest
from django.urls import reverse

from apps.core.refusals import Invalid, NotAllowed
from apps.stages.kickoff import pasting
from apps.stages.kickoff.models import CellChange, Row
from tests.kickoff.factories import RowFactory, agree, published, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(kickoff):
    return [RowFactory(kickoff=kickoff, position=place) for place in (1, 2, 3)]


def paste(kickoff, row, column, text, who="client", seen=None):
    versions = {line.pk: [line.version(spec.name) for spec in line.spec.columns] for line in kickoff.rows.all()}
    return pasting.paste(
        kickoff, by=kickoff.rollout.people[who], row=row, column=column, text=text, versions=seen or versions
    )


def cells(kickoff, column="note"):
    return [row.cell(column) for row in kickoff.rows.filter(sheet="payments", removed_at=None)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a\tb\nc\td\n", [["a", "b"], ["c", "d"]]),
        ("a\r\nb\r\n", [["a"], ["b"]]),
        ('"duas\nlinhas"\tb', [["duas\nlinhas", "b"]]),
        ('"diz ""sim"""\tb', [['diz "sim"', "b"]]),
        ('tubo de 5"\tb', [['tubo de 5"', "b"]]),
        ('"nunca fechada\tb', [['"nunca fechada', "b"]]),
        ("a\t\n\t\n", [["a", ""]]),
        ("", []),
    ],
)
def test_a_block_is_read_as_spreadsheets_copy_it(text, lines):
    assert pasting.block(text) == lines


def test_it_fills_what_is_right_and_below_and_each_change_is_kept(kickoff, rows):
    paste(kickoff, rows[0], "presence_condition", 'À vista\tPix\n30 dias\t"Boleto\nem um dia útil"\n')
    assert cells(kickoff, "presence_condition") == ["À vista", "30 dias", ""]
    assert cells(kickoff) == ["Pix", "Boleto em um dia útil", ""]
    assert CellChange.objects.filter(row__kickoff=kickoff).count() == 4


def test_a_list_that_grows_gets_the_lines_that_are_missing(kickoff, rows):
    paste(kickoff, rows[2], "platform_code", "pix\ncard\nboleto")
    assert cells(kickoff, "platform_code") == ["", "", "pix", "card", "boleto"]
    again = paste(kickoff, rows[2], "platform_code", "pix\ncard\nboleto")
    assert again.conflicts == []
    assert len(cells(kickoff)) == 5


def test_labels_and_days_are_taken_as_people_write_them(rollout, kickoff):
    agree(kickoff, rollout.people["pm"])
    field = kickoff.rows.filter(sheet="fields").first()
    paste(kickoff, field, "direction", "Plataforma → ERP\tplataforma\tx\t1\tsim")
    field.refresh_from_db()
    assert [field.cell(name) for name in ("direction", "master", "unused")] == ["platform_to_erp", "platform", "1"]
    action = RowFactory(kickoff=kickoff, sheet="actions")
    paste(kickoff, action, "party", "Cliente\t7/3/2030\tnão", who="pm")
    action.refresh_from_db()
    assert [action.cell(name) for name in ("party", "due", "done")] == ["client", "2030-03-07", ""]


def test_what_another_person_wrote_meanwhile_is_left_and_told(kickoff, rows):
    seen = {row.pk: [0, 0, 0] for row in rows}
    write(kickoff, kickoff.rollout.people["integrator"], {"note": "Do integrador"}, pk=rows[1].pk)
    pasted = paste(kickoff, rows[0], "note", "a\nb\nc", seen=seen)
    assert cells(kickoff) == ["a", "Do integrador", "c"]
    assert [(conflict.edit.row, conflict.current) for conflict in pasted.conflicts] == [(rows[1].pk, "Do integrador")]


def test_a_block_after_the_minutes_is_proposed(kickoff, rows):
    published(kickoff)
    paste(kickoff, rows[0], "note", "a\nb")
    assert cells(kickoff) == ["", "", ""]
    assert [amendment.after for amendment in kickoff.amendments.all()] == ["a", "b"]


@pytest.mark.parametrize(
    ("column", "text", "reason"),
    [
        ("note", "\n".join(["x"] * 1_001), "1001 células"),
        ("note", "a\tb", "cabem 1"),
        ("note", "a\n" + "x" * 301, "Linha 2 do bloco"),
        ("colour", "a\nb", "não existe"),
    ],
)
def test_a_block_that_does_not_fit_writes_nothing_and_says_why(kickoff, rows, column, text, reason):
    with pytest.raises(Invalid, match=reason):
        paste(kickoff, rows[0], column, text)
    assert cells(kickoff) == ["", "", ""]


def test_the_catalogue_does_not_grow_by_a_block(rollout, kickoff):
    agree(kickoff, rollout.people["pm"])
    with pytest.raises(Invalid, match="há só 2 linhas"):
        paste(kickoff, kickoff.rows.filter(sheet="fields").first(), "rule", "a\nb\nc")


def test_decisions_are_presences_to_paste(kickoff):
    decision = RowFactory(kickoff=kickoff, sheet="decisions")
    with pytest.raises(NotAllowed):
        paste(kickoff, decision, "text", "a\nb")
    assert not kickoff.rows.filter(sheet="decisions").exclude(pk=decision.pk).exists()


def test_the_request_answers_with_the_lines_and_says_a_refusal_in_the_cell(kickoff, rows, client_for):
    rollout = kickoff.rollout
    url = reverse("kickoff:paste", args=[rollout.pk])
    browser = client_for(rollout.people["client"])
    versions = ",".join(f"{row.pk}:0.0.0" for row in rows)
    data = {"row": rows[0].pk, "column": "note", "text": "a\nb", "versions": versions}
    answer = browser.post(url, data)
    assert answer.status_code == 200
    assert [f'id="linha-{row.pk}"' in answer.content.decode() for row in rows] == [True, True, False]
    for bad, status in (
        ({"text": "a\tb"}, 422),
        ({"versions": "x"}, 422),
        ({"row": "x"}, 409),
        ({"text": "outra", "versions": ""}, 409),
    ):
        assert browser.post(url, data | bad).status_code == status
    assert Row.objects.get(pk=rows[0].pk).cell("note") == "a"
