"""Closing a month of a rollout and of a client: what is gathered, numbered, acknowledged and fixed."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core import clock
from apps.core.process import Stage
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours import queries
from apps.hours.closing_warnings import describe
from apps.hours.ledger import actions, closing
from apps.hours.models import ClientStatement
from apps.hours.statements import overdue, views
from tests.companies.factories import UserFactory
from tests.hours.factories import (
    APRIL,
    MARCH,
    THE_MONTH,
    a_client_statement,
    a_statement,
    close_client_month,
    close_month,
    log,
)
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db
DOUBT = {"warning": "unapproved", "number": 1, "activity": "follow_up", "minutes": 60}


@pytest.fixture
def rollout():
    with clock.at(APRIL):
        yield RolloutFactory()


def close(rollout, month=THE_MONTH, who="pm", **kwargs):
    return close_month(rollout, month, who, **kwargs)


def close_client(rollout, month=THE_MONTH, who="pm", **kwargs):
    return close_client_month(rollout, month, who, **kwargs)


class TestAClient:
    def test_is_closed_over_all_of_its_rollouts(self, rollout):
        other = RolloutFactory(client=rollout.company("client"))
        idle = RolloutFactory(client=rollout.company("client"))
        other.people["analyst"] = UserFactory()
        log(rollout, minutes=300)
        log(other, start=MARCH + timedelta(days=1), minutes=60, activity="follow_up", who="pm")
        statement = close_client(rollout)
        assert statement.content["totals"] == {"included": 240, "billable": 120, "free": 0, "amount": 50000}
        assert [part["rollout"]["code"] for part in statement.content["rollouts"]] == [rollout.code, other.code]
        assert not idle.statements.exists()
        assert queries.is_month_closed(idle, MARCH)
        with pytest.raises(Invalid, match="fechadas"):
            log(idle, start=MARCH + timedelta(days=2))

    def test_gathers_what_was_closed_rollout_by_rollout(self, rollout):
        log(rollout)
        close(rollout)
        assert close_client(rollout).content["rollouts"][0]["number"] == 1

    def test_is_numbered_over_the_whole_installation_without_gaps(self, rollout):
        other = RolloutFactory()
        for each in (rollout, other):
            log(each)
        assert [close_client(rollout).number, close_client(other).number] == [1, 2]
        with pytest.raises(Refusal):
            close_client(rollout)
        log(rollout, start=datetime(2026, 4, 1, 12, tzinfo=UTC))
        with clock.at(APRIL + timedelta(days=30)):
            assert close_client(rollout, date(2026, 4, 1)).number == 3

    def test_is_closed_once_when_over_and_in_order(self, rollout):
        with pytest.raises(Refusal, match="Não há horas"):
            close_client(rollout)
        log(rollout)
        with pytest.raises(Refusal, match="não terminou"):
            close_client(rollout, date(2026, 4, 1))
        log(rollout, start=MARCH - timedelta(days=28))
        with pytest.raises(Refusal, match="anteriores"):
            close_client(rollout)
        close_client(rollout, date(2026, 2, 1))
        close_client(rollout)
        with pytest.raises(Refusal, match="já foi fechado"):
            close_client(rollout)
        with pytest.raises(Refusal, match="já foi fechado"):
            close(rollout)

    def test_a_refusal_in_one_rollout_leaves_all_of_them_open(self, rollout):
        other = RolloutFactory(client=rollout.company("client"))
        log(rollout)
        log(other, start=MARCH - timedelta(days=28), who="pm")
        with pytest.raises(Refusal, match="anteriores"):
            close_client(rollout)
        assert not rollout.statements.exists()

    @pytest.mark.parametrize("who", ["analyst", "client", "integrator"])
    def test_only_project_managers_close(self, rollout, who):
        with pytest.raises(NotAllowed):
            close_client(rollout, who=who)

    @pytest.mark.parametrize(
        "attack",
        [
            lambda statement: ClientStatement.objects.filter(pk=statement.pk).update(content={}),
            lambda statement: ClientStatement.objects.filter(pk=statement.pk)._raw_delete("default"),
        ],
    )
    def test_the_database_refuses_to_touch_its_statement(self, attack):
        statement = a_client_statement()
        with pytest.raises(DatabaseError, match="closed month"), transaction.atomic():
            attack(statement)


class TestWarnings:
    @pytest.fixture
    def doubtful(self, rollout, monkeypatch):
        monkeypatch.setattr(closing, "CHECKS", (lambda rollout, month: [DOUBT],))
        log(rollout)
        return rollout

    def test_nothing_is_closed_until_they_are_acknowledged(self, doubtful):
        with pytest.raises(Refusal, match="avisos") as refusal:
            close(doubtful, acknowledged="")
        assert refusal.value.details == ["Apontamento 1, Acompanhamento: 1h00 sem aprovação do cliente"]
        with pytest.raises(Refusal, match="avisos"):
            close_client(doubtful, acknowledged=closing.receipt([{"warning": "negative_total"}]))
        assert not doubtful.statements.exists()

    def test_the_acknowledgement_is_in_the_statement_and_on_the_timeline(self, doubtful):
        shown = closing.warnings_of(doubtful, THE_MONTH)
        statement = close(doubtful, acknowledged=closing.receipt(shown))
        assert statement.content["acknowledged"] == shown
        assert doubtful.events.get(kind="hours.month_closed").data["acknowledged"] == shown

    def test_a_client_acknowledges_for_all_rollouts_at_once(self, doubtful):
        shown = closing.client_warnings([doubtful], THE_MONTH)
        assert shown == [{**DOUBT, "rollout": doubtful.code}]
        assert close_client(doubtful, acknowledged=closing.receipt(shown)).content["acknowledged"] == shown

    def test_an_acknowledgement_of_warnings_that_are_gone_closes_nothing(self, rollout):
        log(rollout)
        with pytest.raises(Refusal, match="mudaram"):
            close(rollout, acknowledged=closing.receipt([DOUBT]))

    def test_a_credit_and_work_past_the_months_last_midnight_are_pointed_out(self, rollout):
        entry = log(rollout, minutes=60, activity="follow_up")
        close(rollout)
        actions.adjust(entry, by=rollout.people["pm"], minutes=-30, reason="Engano")
        with clock.at(APRIL + timedelta(days=30)):
            assert [describe(warning) for warning in closing.warnings_of(rollout, date(2026, 4, 1))] == [
                "O total do mês é negativo: o fechamento dá crédito ao cliente."
            ]
        other = RolloutFactory()
        log(other, start=datetime(2026, 4, 1, 2, 30, tzinfo=UTC), minutes=60)
        assert "passa da meia-noite" in describe(closing.warnings_of(other, THE_MONTH)[0])


class TestTheEdgeOfAMonth:
    def test_work_across_midnight_in_sao_paulo_belongs_to_the_month_it_began_in(self, rollout):
        log(rollout, start=datetime(2026, 4, 1, 2, 59, tzinfo=UTC), minutes=60)
        log(rollout, start=datetime(2026, 4, 1, 3, 59, tzinfo=UTC), minutes=10)
        shown = closing.warnings_of(rollout, THE_MONTH)
        statement = close(rollout, acknowledged=closing.receipt(shown))
        assert [line["minutes"] for line in statement.content["lines"]] == [60]

    def test_february_of_a_leap_year_has_its_29th(self):
        with clock.at(datetime(2028, 3, 1, 12, tzinfo=UTC)):
            rollout = RolloutFactory()
            log(rollout, start=datetime(2028, 2, 29, 15, tzinfo=UTC))
            assert close(rollout, date(2028, 2, 29)).month == date(2028, 2, 1)

    def test_the_month_is_over_in_sao_paulo_not_in_utc(self, rollout):
        log(rollout)
        with clock.at(datetime(2026, 4, 1, 2, 59, tzinfo=UTC)), pytest.raises(Refusal, match="não terminou"):
            close(rollout)
        with clock.at(datetime(2026, 4, 1, 3, 0, tzinfo=UTC)):
            close(rollout)

    @pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.CANCELLED])
    def test_a_rollout_that_ended_is_still_closed(self, rollout, stage):
        log(rollout)
        ended = at_stage(rollout, stage)
        assert close_client(ended).content["rollouts"][0]["totals"]["included"] == 60


def test_an_adjustment_stands_in_the_next_statement_and_names_the_first(rollout):
    entry = log(rollout, minutes=300)
    close(rollout)
    actions.adjust(entry, by=rollout.people["pm"], minutes=-30, reason="Aula curta")
    with clock.at(APRIL + timedelta(days=30)):
        month = date(2026, 4, 1)
        warnings = closing.warnings_of(rollout, month)
        statement = close(rollout, month, acknowledged=closing.receipt(warnings))
    line = statement.content["lines"][0]
    assert (line["adjusts"], line["adjusts_statement"], line["amount"]) == (1, 1, -12500)


def test_what_waits_is_listed_by_client_and_the_first_month_can_be_closed(rollout):
    log(rollout, minutes=300)
    log(rollout, start=MARCH - timedelta(days=28), activity="follow_up")
    found = overdue.waiting_to_close()
    assert [(each.month, each.totals["billable"], each.later) for each in found] == [
        (date(2026, 2, 1), 60, [THE_MONTH])
    ]
    close_client(rollout, date(2026, 2, 1))
    assert [(each.month, each.totals["billable"]) for each in overdue.waiting_to_close()] == [(THE_MONTH, 60)]
    close(rollout)
    assert [each.month for each in overdue.waiting_to_close()] == [THE_MONTH]


def test_what_waits_is_paged_and_takes_no_more_queries_for_more_clients(rollout, client_for, monkeypatch):
    log(rollout, minutes=300)
    clients = overdue.clients_to_close()
    with CaptureQueriesContext(connection) as of_one:
        overdue.described(clients)
    later = RolloutFactory()
    log(later, start=MARCH + timedelta(days=1), minutes=30, activity="follow_up")
    with CaptureQueriesContext(connection) as of_two:
        both = overdue.described(clients.all())
    assert len(both) == 2
    assert len(of_two) == len(of_one)
    monkeypatch.setattr(views, "CLIENTS_OF_A_PAGE", 1)
    browser = client_for(rollout.people["pm"])
    first, second = (browser.get(f"/fechamentos/?waiting={number}").content.decode() for number in (1, 2))
    assert "?waiting=2" in first
    forms = [f'action="/fechamentos/fechar/{month.client.pk}/"' for month in both]
    assert [form in first for form in forms] == [True, False]
    assert [form in second for form in forms] == [False, True]


def test_an_unchanged_line_is_not_written_again(rollout):
    log(rollout, minutes=60)
    before = queries.lines(rollout).get().pk
    log(rollout, start=MARCH + timedelta(days=1), minutes=60)
    assert queries.lines(rollout).first().pk == before


class TestThePages:
    def test_a_manager_closes_a_client_and_the_client_reads_it(self, rollout, client_for):
        log(rollout, minutes=300)
        browser = client_for(rollout.people["pm"])
        assert "Fechar 03/2026" in browser.get("/fechamentos/").content.decode()
        client = rollout.company("client")
        assert browser.post(f"/fechamentos/fechar/{client.pk}/", {"month": "2026-03-01"}).status_code == 409
        shown = closing.receipt(closing.client_warnings([rollout], THE_MONTH))
        typed = {"month": "2026-03-01", "acknowledged": shown}
        assert browser.post(f"/fechamentos/fechar/{client.pk}/", typed).status_code == 302
        assert browser.post(f"/fechamentos/fechar/{client.pk}/", {"month": "2026-03-01"}).status_code == 409
        reader = client_for(rollout.people["client_member"])
        assert "FC-00001" in reader.get("/fechamentos/").content.decode()
        assert "R$ 250,00" in reader.get("/fechamentos/1/").content.decode()
        stranger = client_for(rollout.people["stranger"])
        assert stranger.get("/fechamentos/1/").status_code == 404
        assert "FC-00001" not in stranger.get("/fechamentos/").content.decode()
        assert client_for(rollout.people["integrator"]).get("/fechamentos/").status_code == 403

    def test_the_room_asks_for_the_acknowledgement(self, rollout, client_for, monkeypatch):
        monkeypatch.setattr(closing, "CHECKS", (lambda rollout, month: [DOUBT],))
        log(rollout)
        browser, base = client_for(rollout.people["pm"]), f"/projetos/{rollout.pk}/horas/"
        assert "1h00 sem aprovação do cliente" in browser.get(base).content.decode()
        assert browser.post(base + "fechar/", {"month": "2026-03-01"}).status_code == 409
        typed = {"month": "2026-03-01", "acknowledged": closing.receipt([DOUBT])}
        assert browser.post(base + "fechar/", typed).status_code == 302
        assert "Avisos confirmados" in browser.get(base + "fechamentos/1/").content.decode()

    def test_a_long_ledger_is_paged(self, rollout, client_for):
        from apps.hours.models import TimeEntry

        TimeEntry.objects.bulk_create(
            TimeEntry(
                rollout=rollout, number=number, person=rollout.people["pm"], activity="internal", minutes=1,
                started_at=MARCH + timedelta(minutes=number), note="x",
            )
            for number in range(1, 131)
        )  # fmt: skip
        actions.reclassify(rollout)
        page = client_for(rollout.people["pm"]).get(f"/projetos/{rollout.pk}/horas/?page=2").content.decode()
        assert "Página 2 de 2" in page


def test_a_rollouts_statement_has_its_own_numbers():
    statement = a_statement()
    assert (statement.number, statement.code) == (1, f"{statement.rollout.code}-F1")
