"""Logging, correcting, closing: what is refused, and what a closed month protects."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.core import clock
from apps.core.refusals import Invalid, NotAllowed, Refusal
from apps.hours import queries
from apps.hours.ledger import actions, closing
from apps.hours.models import Statement, TimeEntry
from apps.rollouts.models import Rollout
from apps.stages.homologation.models import Nonconformity
from tests.homologation.test_homologation import case, make_script
from tests.hours.factories import close_month
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 10, 13, tzinfo=UTC)
APRIL = datetime(2026, 4, 8, 13, tzinfo=UTC)


@pytest.fixture
def rollout():
    with clock.at(APRIL):
        yield RolloutFactory()


def log(rollout, start=MARCH, minutes=60, who="analyst", **kwargs):
    fields = {"activity": "training", "note": "Aula", **kwargs}
    return actions.log(rollout, by=rollout.people[who], started_at=start, minutes=minutes, **fields)


def classes(rollout):
    return [(line.entry.number, line.minutes, line.hour_class) for line in queries.lines(rollout)]


def a_nonconformity(rollout, number=2):
    script = make_script(rollout)
    return Nonconformity.objects.create(
        rollout=rollout, number=number, case=case(script), title="x", severity="major", owner="integrator",
        opened_by=rollout.people["pm"],
    )  # fmt: skip


def close_march(rollout):
    return close_month(rollout, date(2026, 3, 1))


def test_an_earlier_entry_reclassifies_what_follows(rollout):
    log(rollout, start=MARCH + timedelta(days=2), minutes=210)
    assert classes(rollout) == [(1, 210, "included")]
    log(rollout, start=MARCH, minutes=60)
    assert classes(rollout) == [(2, 60, "included"), (1, 180, "included"), (1, 30, "billable")]


def test_deleting_and_editing_reclassify_too(rollout):
    first = log(rollout, minutes=240)
    log(rollout, start=MARCH + timedelta(days=1), minutes=60)
    actions.edit(first, by=rollout.people["analyst"], activity="training", started_at=MARCH, minutes=200, note="Aula")
    assert classes(rollout) == [(1, 200, "included"), (2, 40, "included"), (2, 20, "billable")]
    actions.delete(first, by=rollout.people["analyst"], reason="Engano")
    assert classes(rollout) == [(2, 60, "included")]


def test_time_of_a_nonconformity_is_free(rollout):
    log(rollout, activity="homologation", nonconformity=a_nonconformity(rollout))
    assert queries.lines(rollout).get().why() == "Homologação causada pela NC-2: não é cobrada nem usa a franquia"


class TestRefusals:
    @pytest.mark.parametrize("minutes", [0, -5, 1441])
    def test_a_duration_outside_a_day(self, rollout, minutes):
        with pytest.raises(Invalid):
            log(rollout, minutes=minutes)

    def test_the_future(self, rollout):
        with pytest.raises(Invalid, match="futuro"):
            log(rollout, start=APRIL + timedelta(hours=1))

    def test_more_than_a_day_of_work_in_a_day(self, rollout):
        other = RolloutFactory()
        start = datetime(2026, 3, 10, 3, 30, tzinfo=UTC)
        log(rollout, start=start, minutes=1000)
        other.people = rollout.people
        with pytest.raises(Invalid, match="24 horas"):
            log(other, start=start, minutes=441)

    def test_a_nonconformity_outside_homologation(self, rollout):
        with pytest.raises(Invalid) as refusal:
            log(rollout, nonconformity=a_nonconformity(rollout))
        assert refusal.value.field == "nonconformity"

    def test_a_nonconformity_of_another_rollout(self, rollout):
        with pytest.raises(Invalid, match="outro projeto"):
            log(rollout, activity="homologation", nonconformity=a_nonconformity(RolloutFactory()))

    def test_no_words(self, rollout):
        with pytest.raises(Invalid):
            log(rollout, note=" ")

    @pytest.mark.parametrize("who", ["client", "integrator", "platform", "stranger"])
    def test_anybody_but_presence(self, rollout, who):
        with pytest.raises(NotAllowed):
            log(rollout, who=who)

    def test_an_analyst_for_somebody_else(self, rollout):
        with pytest.raises(NotAllowed):
            log(rollout, person=rollout.people["pm"])
        log(rollout, who="pm", person=rollout.people["analyst"])

    def test_an_analyst_changing_anothers_entry(self, rollout):
        entry = log(rollout, who="pm")
        with pytest.raises(NotAllowed):
            actions.delete(entry, by=rollout.people["analyst"], reason="x")


class TestClosing:
    @pytest.fixture
    def entry(self, rollout):
        entry = log(rollout, minutes=300)
        self.statement = close_march(rollout)
        return entry

    def test_the_statement_holds_the_totals(self, entry):
        assert self.statement.content["totals"] == {"included": 240, "billable": 60, "free": 0, "amount": 25000}

    @pytest.mark.parametrize(
        "attack",
        [
            lambda statement: Statement.objects.filter(pk=statement.pk).update(content={}),
            lambda statement: Statement.objects.filter(pk=statement.pk)._raw_delete("default"),
            lambda statement: statement.lines.update(amount=0),
            lambda statement: statement.lines.all().delete(),
        ],
    )
    def test_the_database_refuses_to_touch_a_closed_month(self, entry, attack):
        with pytest.raises(DatabaseError, match="closed month"), transaction.atomic():
            attack(self.statement)

    def test_a_closed_month_takes_no_entry_and_no_change(self, rollout, entry):
        with pytest.raises(Invalid, match="fechadas"):
            log(rollout, start=MARCH + timedelta(hours=8))
        with pytest.raises(Refusal, match="ajuste"):
            actions.delete(entry, by=rollout.people["analyst"], reason="x")

    def test_later_entries_go_on_from_what_was_used(self, rollout, entry):
        log(rollout, start=APRIL - timedelta(hours=3))
        assert classes(rollout)[-1] == (2, 60, "billable")

    def test_an_adjustment_leaves_the_statement_as_it_is(self, rollout, entry):
        before = dict(self.statement.content)
        actions.adjust(entry, by=rollout.people["pm"], minutes=-90, reason="Aula mais curta")
        self.statement.refresh_from_db()
        assert self.statement.content == before
        assert classes(rollout)[-2:] == [(2, -60, "billable"), (2, -30, "included")]
        assert queries.totals(queries.lines(rollout)) == {"included": 210, "billable": 0, "free": 0, "amount": 0}

    @pytest.mark.parametrize("minutes", [0, -301])
    def test_an_adjustment_takes_back_at_most_the_entry(self, rollout, entry, minutes):
        with pytest.raises(Invalid):
            actions.adjust(entry, by=rollout.people["pm"], minutes=minutes, reason="x")

    def test_an_open_entry_is_corrected_not_adjusted(self, rollout):
        with pytest.raises(Refusal, match="aberto"):
            actions.adjust(log(rollout), by=rollout.people["pm"], minutes=-1, reason="x")

    def test_a_month_is_closed_once_and_only_when_over(self, rollout, entry):
        with pytest.raises(Refusal, match="já foi fechado"):
            close_march(rollout)
        with pytest.raises(Refusal, match="não terminou"):
            actions.close_month(rollout, by=rollout.people["pm"], month=date(2026, 4, 1))

    def test_earlier_months_come_first(self, rollout):
        log(rollout)
        log(rollout, start=MARCH - timedelta(days=28))
        with pytest.raises(Refusal, match="anteriores"):
            close_march(rollout)

    def test_an_empty_month_is_not_closed(self, rollout):
        with pytest.raises(Refusal, match="Não há horas"):
            close_march(rollout)

    @pytest.mark.parametrize("who", ["analyst", "client"])
    def test_only_project_managers_close(self, rollout, who):
        log(rollout)
        with pytest.raises(NotAllowed):
            actions.close_month(rollout, by=rollout.people[who], month=date(2026, 3, 1))


class TestThePage:
    def test_an_analyst_sees_the_class_before_saving(self, rollout, client_for):
        browser = client_for(rollout.people["analyst"])
        typed = {"activity": "training", "started_at": "2026-03-10T10:00", "minutes": "5h"}
        answer = browser.get(
            f"/projetos/{rollout.pk}/horas/previa/", typed, headers={"HX-Request": "true"}
        ).content.decode()
        assert "1h00 excedentes" in answer
        assert not TimeEntry.objects.exists()

    def test_logging_editing_adjusting_and_closing(self, rollout, client_for):
        browser, base = client_for(rollout.people["pm"]), f"/projetos/{rollout.pk}/horas/"
        typed = {"activity": "training", "started_at": "2026-03-10T10:00", "minutes": "5h", "note": "Aula"}
        assert browser.post(base + "apontar/", {**typed, "minutes": "muito"}).status_code == 422
        assert browser.post(base + "apontar/", typed).status_code == 302
        assert browser.post(base + "1/", {**typed, "minutes": "4h30"}).status_code == 302
        assert "R$ 125,00" in browser.get(base).content.decode()
        typed = {
            "month": "2026-03-01",
            "acknowledged": closing.receipt(closing.warnings_of(rollout, date(2026, 3, 1))),
        }
        assert browser.post(base + "fechar/", typed).status_code == 302
        assert browser.get(base + "fechamentos/1/").status_code == 200
        assert browser.get(base + "1/ajustar/").status_code == 200
        adjustment = {"direction": "-1", "minutes": "30m", "reason": "Aula curta"}
        assert browser.post(base + "1/ajustar/", adjustment).status_code == 302
        assert browser.post(base + "1/excluir/", {"reason": "x"}).status_code == 409

    def test_the_client_sees_money_and_the_integrator_does_not(self, rollout, client_for):
        log(rollout, minutes=300)
        url = f"/projetos/{rollout.pk}/horas/"
        assert "R$ 250,00" in client_for(rollout.people["client"]).get(url).content.decode()
        page = client_for(rollout.people["integrator"]).get(url).content.decode()
        assert "R$" not in page
        assert "excedentes" in page
        assert Rollout.objects.get(pk=rollout.pk).version == 1
