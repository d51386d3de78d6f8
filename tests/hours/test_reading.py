"""Reading the hours: who reads what, the totals, what bad connectors cost, the chart, the file."""

from datetime import UTC, date, datetime, timedelta

import pytest

from apps.core import clock
from apps.hours.logging import reading
from apps.hours.logging.reading import Filters, Row
from apps.stages.homologation.models import Nonconformity
from tests.homologation.test_homologation import case, make_script
from tests.hours.factories import ContestFactory, ExtraHoursRequestFactory, PolicyFactory, TimeEntryFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 10, 13, tzinfo=UTC)
YEAR = Filters(date(2026, 1, 1), date(2026, 4, 30))


@pytest.fixture
def rollout():
    with clock.at(MARCH + timedelta(days=30)):
        rollout = RolloutFactory()
        TimeEntryFactory(rollout=rollout, started_at=MARCH)
        TimeEntryFactory(
            rollout=rollout, started_at=MARCH - timedelta(days=28), activity="training", minutes=90,
            line__hour_class="included", line__amount=0,
        )  # fmt: skip
        found = Nonconformity.objects.create(
            rollout=rollout, number=2, case=case(make_script(rollout)), title="=Pedido some", severity="major",
            owner="integrator", opened_by=rollout.people["pm"],
        )  # fmt: skip
        TimeEntryFactory(
            rollout=rollout, started_at=MARCH, activity="homologation", minutes=30, nonconformity=found,
            line__hour_class="free", line__amount=0,
        )  # fmt: skip
        yield rollout


def table(found, key):
    rows = next(table.rows for table in found.tables if table.key == key)
    return {str(row.label): (row.included, row.billable, row.free, row.amount) for row in rows}


def test_totals_by_class_activity_client_person_rollout_and_month(rollout):
    found = reading.read(rollout.people["analyst"], YEAR)
    total = found.total
    assert (total.included, total.billable, total.free, total.amount, total.minutes) == (90, 60, 30, 25000, 180)
    assert table(found, "activity") == {
        "Treinamento": (90, 0, 0, 0), "Acompanhamento": (0, 60, 0, 25000), "Homologação": (0, 0, 30, 0),
    }  # fmt: skip
    everything = (90, 60, 30, 25000)
    assert table(found, "client") == {rollout.company("client").trade_name: everything}
    assert table(found, "person") == {rollout.people["analyst"].name: everything}
    assert table(found, "rollout") == {rollout.code: everything}
    assert [(row.label, row.minutes) for row in found.months] == [
        ("01/2026", 0), ("02/2026", 90), ("03/2026", 90), ("04/2026", 0),
    ]  # fmt: skip


def test_free_hours_by_who_owed_the_fix_with_what_they_would_have_cost(rollout):
    found = reading.read(rollout.people["pm"], YEAR)
    [owner] = found.owners
    assert (owner.label, owner.detail) == (rollout.company("integrator").trade_name, "Integrador")
    assert (owner.free, owner.cost) == (30, 12500)
    [cause] = found.causes
    assert (cause.label, cause.free) == (f"{rollout.code} NC-2: =Pedido some", 30)


def test_what_free_hours_would_have_cost_is_by_the_policy_of_the_day_of_the_work(rollout):
    found = rollout.nonconformities.get()
    PolicyFactory(rollout=rollout)
    for number, start, rate in ((2, MARCH.date() + timedelta(days=1), 40000), (3, date(2026, 4, 1), 60000)):
        PolicyFactory(rollout=rollout, number=number, effective_from=start, homologation_rate=rate)
    TimeEntryFactory(
        rollout=rollout, started_at=MARCH + timedelta(days=1), activity="homologation", minutes=30, nonconformity=found,
        line__hour_class="free", line__amount=0,
    )  # fmt: skip
    [cause] = reading.read(rollout.people["pm"], YEAR).causes
    assert (cause.free, cause.cost) == (60, 12500 + 20000)


@pytest.mark.parametrize(
    ("chosen", "minutes"),
    [
        (lambda rollout: {"activity": "training"}, 90),
        (lambda rollout: {"hour_class": "free"}, 30),
        (lambda rollout: {"client": rollout.company("client").pk}, 180),
        (lambda rollout: {"client": rollout.company("integrator").pk}, 0),
        (lambda rollout: {"person": rollout.people["pm"].pk}, 0),
        (lambda rollout: {"rollout": rollout.pk}, 180),
        (lambda rollout: {"since": date(2026, 3, 1)}, 90),
        (lambda rollout: {"until": date(2026, 2, 28)}, 90),
    ],
)
def test_filters(rollout, chosen, minutes):
    filters = Filters(**{"since": YEAR.since, "until": YEAR.until, **chosen(rollout)})
    assert reading.read(rollout.people["pm"], filters).total.minutes == minutes


def test_a_client_reads_its_own_and_not_what_bad_connectors_cost(rollout, client_for):
    other = TimeEntryFactory(rollout=RolloutFactory(), started_at=MARCH).rollout
    page = (
        client_for(rollout.people["client_member"]).get("/leitura/?since=2026-01-01&until=2026-04-30").content.decode()
    )
    assert "3h00" in page
    assert "conectores ruins" not in page
    assert "Teriam custado" not in page
    assert other.company("client").trade_name not in page
    assert reading.read(rollout.people["stranger"], YEAR).total.minutes == 0
    assert reading.read(rollout.people["pm"], YEAR).total.minutes == 240


@pytest.mark.parametrize("who", ["integrator", "platform"])
@pytest.mark.parametrize("path", ["/leitura/", "/leitura/horas.csv"])
def test_others_do_not_read(rollout, client_for, who, path):
    assert client_for(rollout.people[who]).get(path).status_code == 403


def test_the_page_shows_the_chart_its_numbers_and_what_is_open(rollout, client_for):
    ExtraHoursRequestFactory(rollout=rollout)
    ContestFactory(entry=rollout.time_entries.first(), rollout=rollout)
    page = client_for(rollout.people["analyst"]).get("/leitura/?since=2026-01-01&until=2026-04-30").content.decode()
    assert "O que conectores ruins custam à Presence" in page
    assert "R$ 125,00" in page
    assert 'role="img"' in page
    assert page.count('class="hours-bar ') == 3
    assert "Pedido de 1h00 de Acompanhamento, aguarda o cliente" in page
    assert "Contestação 1" in page
    assert "style=" not in page


@pytest.mark.parametrize(
    "query", ["since=x&client=zz&hour_class=nada", "since=2026-04-01&until=2026-01-01", "since=1900-01-01"]
)
def test_a_filter_that_cannot_be_read_is_no_error(rollout, client_for, query):
    assert client_for(rollout.people["pm"]).get(f"/leitura/?{query}").status_code == 200


def test_nothing_to_show_says_what_to_do(rollout, client_for):
    page = client_for(rollout.people["pm"]).get("/leitura/?since=2020-01-01&until=2020-02-01").content.decode()
    assert "Nenhuma hora neste recorte" in page


PERIOD = "since=2026-01-01&until=2026-04-30"


def test_the_erps_file_has_what_is_shown_and_no_cell_is_a_formula(rollout, client_for):
    rollout.company("client").__class__.objects.filter(pk=rollout.company("client").pk).update(trade_name="=1+1")
    answer = client_for(rollout.people["pm"]).get(f"/leitura/horas.csv?{PERIOD}")
    assert "attachment" in answer["Content-Disposition"]
    assert "-erp.csv" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    assert text.startswith("table;name;detail;included;billable;free;amount;cost;key\r\n")
    assert "total;Total;;90;60;30;25000;0" in text
    assert f"client;'=1+1;;90;60;30;25000;0;{rollout.company('client').pk}" in text
    assert "month;03/2026;;" in text
    assert ";2026-03\r\n" in text
    assert not any(cell.startswith(("=", "+", "@")) for line in text.splitlines() for cell in line.split(";"))
    own = client_for(rollout.people["client"]).get(f"/leitura/horas.csv?{PERIOD}")
    assert "12500" not in own.content.decode()


def test_the_file_for_people_has_words_durations_and_reais(rollout, client_for):
    answer = client_for(rollout.people["pm"]).get(f"/leitura/horas-excel.csv?{PERIOD}")
    assert "-excel.csv" in answer["Content-Disposition"]
    text = answer.content.decode("utf-8-sig")
    assert text.startswith("Recorte;Nome;Detalhe;Incluídas;Extras cobradas;Extras não cobradas;Valor;")
    assert "Total;Total;;1:30;1:00;0:30;250,00;0,00\r\n" in text
    own = client_for(rollout.people["client"]).get(f"/leitura/horas.xlsx?{PERIOD}")
    assert own["Content-Type"] == "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def test_bars_are_drawn_to_the_longest_month_and_never_below_zero():
    found = reading.chart(
        [
            Row("12/2025"),
            Row("01/2026", included=60, billable=60),
            Row("02/2026", free=-30),
            Row("03/2026", included=30),
        ]
    )
    assert [(block.hour_class, block.y, block.height) for block in found.blocks] == [
        ("included", 60, 60), ("billable", 0, 60), ("included", 90, 30),
    ]  # fmt: skip
    assert found.most == 120
    assert found.labels[0] == (24, "01/2026")  # A month before the first hours is not drawn.
    assert reading.chart([Row("01/2026")]).blocks == []


def test_the_number_of_queries_does_not_grow(rollout, django_assert_num_queries):
    user = rollout.people["pm"]
    reading.read(user, YEAR)
    for _number in range(3):
        TimeEntryFactory(rollout=RolloutFactory(), started_at=MARCH)
    with django_assert_num_queries(3):
        reading.read(user, YEAR)
    with django_assert_num_queries(4):  # Lines of the days of a month that the period cuts.
        reading.read(user, Filters(date(2026, 1, 1), date(2026, 3, 15)))


@pytest.mark.parametrize(
    ("since", "until", "minutes"),
    [
        (date(2026, 2, 10), date(2026, 3, 10), {"02/2026": 90, "03/2026": 90}),
        (date(2026, 2, 11), date(2026, 3, 10), {"02/2026": 0, "03/2026": 90}),
        (date(2026, 2, 10), date(2026, 3, 9), {"02/2026": 90, "03/2026": 0}),
        (date(2026, 1, 5), date(2026, 3, 9), {"01/2026": 0, "02/2026": 90, "03/2026": 0}),
        (date(2026, 3, 9), date(2026, 3, 11), {"03/2026": 90}),
        (date(2026, 3, 10), date(2026, 3, 10), {"03/2026": 90}),
        (date(2026, 3, 11), date(2026, 3, 20), {"03/2026": 0}),
        (date(2026, 2, 1), date(2026, 4, 9), {"02/2026": 90, "03/2026": 90, "04/2026": 0}),
    ],
)
def test_a_period_may_begin_and_end_within_a_month(rollout, since, until, minutes):
    found = reading.read(rollout.people["pm"], Filters(since, until))
    assert {row.label: row.minutes for row in found.months} == minutes
    assert found.total.minutes == sum(minutes.values())
    assert sum(row[0] + row[1] + row[2] for row in table(found, "person").values()) == found.total.minutes
    assert sum(row[0] + row[1] + row[2] for row in table(found, "rollout").values()) == found.total.minutes
