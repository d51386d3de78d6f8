"""A statement keeps within its page, whatever somebody wrote into a note."""

from datetime import UTC, date, datetime

import pytest

from apps.hours.models import ClientStatement
from apps.hours.statements import documents
from tests.papers.corpus import EVERYTHING, TEXTS, within
from tests.papers.glyphs import misplaced, text_of
from tests.pdfa import faults

CLOSED = datetime(2026, 4, 1, 12, tzinfo=UTC)
POLICY = {
    "number": 1, "effective_from": "2026-03-01", "training_allowance": 240, "homologation_allowance": 360,
    "hourly_rate": 25000, "training_rate": 25000, "follow_up_rate": 25000, "homologation_rate": 25000,
    "rounding": "up", "increment": 15,
}  # fmt: skip


def a_line(note="Apoio", **fields):
    return {
        "entry": 17, "position": 1, "started_at": "2026-03-11T00:30:00+00:00", "person": "Ana Souza", "activity": "follow_up",
        "note": note, "nonconformity": "", "adjusts": None, "adjusts_statement": None, "minutes": 90, "charged_minutes": 90,
        "hour_class": "billable", "rate": 25000, "amount": 37500, "reason": "follow_up", "params": {}, "approved": 60,
        **fields,
    }  # fmt: skip


def an_included_line(note="Treino", **fields):
    fields = {"hour_class": "included", "charged_minutes": 0, "rate": 0, "amount": 0, "approved": None, **fields}
    return a_line(note, activity="go_live", reason="in_scope", **fields)


def a_part(lines, **fields):
    return {
        "rollout": {"id": 1, "code": "INT-0001", "title": "Loja da Ana"}, "number": 3, "month": "2026-03-01",
        "totals": {"included": 0, "billable": 90, "free": 0, "amount": 37500}, "charged_minutes": 90, "policies": [POLICY],
        "acknowledged": [], "lines": lines, "timeline": {"sequence": 200, "hash": "a" * 64},
        "approvals": [
            {"number": 2, "activity": "follow_up", "minutes": 60, "rate": 25000, "price": 25000, "approved_by": "Bia",
             "approved_at": "2026-03-10T12:00:00.000000+00:00"}
        ], **fields,
    }  # fmt: skip


def a_statement(*parts, **fields) -> ClientStatement:
    content = {
        "format": 4, "issuer": {"legal_name": "Presence Sistemas Ltda.", "cnpj": "11222333000181"}, "due_on": "2026-04-16",
        "client": {"legal_name": "Loja da Ana Ltda.", "cnpj": "11444777000161"}, "number": 1, "month": "2026-03-01",
        "totals": {"included": 0, "billable": 90, "free": 0, "amount": 999_999_99}, "charged_minutes": 90, "acknowledged": [],
        "rollouts": list(parts), **fields,
    }  # fmt: skip
    return ClientStatement(number=1, month=date(2026, 3, 1), content=content, closed_at=CLOSED)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_every_glyph_lies_within_the_margins_and_over_no_other(text):
    lines = [a_line(text, person=text[:150]), a_line(amount=9_999_999_99, rate=999_999_99), an_included_line(text)]
    part = a_part(lines, rollout={"id": 1, "code": "INT-0001", "title": text[:200]})
    rendered = documents.render(a_statement(part, client={"legal_name": text[:160], "cnpj": "11444777000161"}))
    assert misplaced(rendered) == []
    assert faults(rendered) == []


def test_everything_at_once_is_still_a_statement():
    rendered = documents.render(a_statement(a_part([a_line(EVERYTHING), *map(a_line, within(300))])))
    assert misplaced(rendered) == []


def test_the_columns_are_named_on_each_page_and_the_sum_ends_them():
    pages = text_of(documents.render(a_statement(a_part([a_line(f"Apoio {number}") for number in range(120)]))))
    assert len(pages) > 3
    assert all("Apontamento, classe e motivo" in " ".join(page.split()) for page in pages[:-1])
    assert "Total" in "".join(pages[-2:])


def test_it_says_who_bills_until_when_at_which_rate_and_what_was_approved_when():
    text = " ".join(" ".join(text_of(documents.render(a_statement(a_part([a_line()]))))).split())
    for part in (
        "Presence Sistemas Ltda., CNPJ 11.222.333/0001-81", "16/04/2026", "R$ 250,00", "10/03/2026 09:00, por Bia",
        "0h30 sem aprovação do cliente", "10/03/2026 21:30",
    ):  # fmt: skip
        assert part in text


def test_without_anything_charged_there_are_no_columns_of_money():
    text = "".join(text_of(documents.render(a_statement(a_part([an_included_line()])))))
    assert "Horas cobradas" in text.partition("INT-0001")[0]
    assert "Valor da hora" not in text.partition("INT-0001")[2].partition("aprovou")[0]
