"""Days are Presence's days, whoever reads and in whatever zone; where the reader's is another, the text says which."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from apps.core import clock, moments, papers
from apps.core.localized import both
from presence_rollout.ops import plain_days
from tests.boundaries import READERS, SAO_PAULO, WHEN, instant_in_sao_paulo


@pytest.mark.parametrize("zone", READERS, ids=str)
@pytest.mark.parametrize(("day", "at"), WHEN, ids=str)
class TestWhateverTheReadersZone:
    def test_an_instant_belongs_to_presences_day(self, day, at, zone):
        instant = instant_in_sao_paulo(day, at)
        with clock.read_in(zone), clock.at(instant):
            assert clock.day_of(instant) == clock.today() == day
            assert clock.instant_of(day) <= instant < clock.instant_of(day + timedelta(days=1))
            assert moments.show_day(instant) == f"{day:%d/%m/%Y}"

    def test_a_time_whose_day_is_another_there_says_presences(self, day, at, zone):
        instant = instant_in_sao_paulo(day, at)
        with clock.read_in(zone):
            readers = instant.astimezone(zone)
            text = moments.show(instant)
            assert text.startswith(f"{readers:%d/%m/%Y %H:%M}")
            assert (f"({day:%d/%m} em Brasília)" in text) == (readers.date() != day)

    def test_papers_and_what_is_stored_say_presences_day_and_time(self, day, at, zone):
        instant = instant_in_sao_paulo(day, at)
        expected = f"{day:%d/%m/%Y} {at:%H:%M}"
        with translation.override("en"), clock.read_in(zone):
            with papers.on_paper():
                assert moments.show(instant) == expected
                assert translation.get_language() == "pt-br"
            assert both("%(when)s", when=lambda: moments.show(instant))["en"] == expected

    def test_today_is_presences_for_a_day_and_the_readers_for_an_instant(self, day, at, zone):
        instant = instant_in_sao_paulo(day, at)
        template = Template("{{ day|relative }}|{{ instant|day }}")
        with clock.read_in(zone), clock.at(instant):
            assert template.render(Context({"day": day, "instant": instant})) == f"hoje|{day:%d/%m/%Y}"


def test_the_matrix_has_readers_to_whom_it_is_another_day():
    days = {
        (datetime.combine(day, at, SAO_PAULO).astimezone(zone).date() - day).days
        for day, at in WHEN
        for zone in READERS
    }
    assert days == {-1, 0, 1}


@pytest.mark.parametrize(
    "line",
    [
        "instant.date()",
        "from django.utils import timezone",
        "from django.utils import timezone as tz",
        "from django.utils.timezone import localdate",
        "TruncMonth('at')",
        "functions.TruncDate('at')",
        "ExtractYear(F('at'))",
        "rows.filter(at__date=day)",
        "rows.filter(started_at__month__gte=3)",
        "Q(closed_at__year=2026)",
        "f'{clock.local(instant):%d/%m/%Y}'",
        "f'{row.closed_at:%d/%m}'",
        "date_format(clock.local(instant), 'SHORT_DATE_FORMAT')",
        "date_format(row.closed_at, 'd/m')",
    ],
)
def test_a_module_that_takes_a_day_out_of_an_instant_is_found(line):
    assert plain_days.in_module(line, "apps/x.py")


@pytest.mark.parametrize(
    "line",
    [
        "clock.day_of(instant)",
        "datetime.date(2026, 3, 1)",
        "TruncMonth('at', tzinfo=clock.installation_zone())",
        "rows.filter(month=month, day__lt=day)",
        "f'{day:%d/%m/%Y}'",
        "f'{clock.local(instant):%d/%m/%Y %H:%M}'",
        "date_format(clock.local(start), 'SHORT_DATETIME_FORMAT')",
        "time_format(clock.local(start), 'H:i')",
    ],
)
def test_what_names_the_zone_or_the_time_is_left_alone(line):
    assert plain_days.in_module(line, "apps/x.py") == []


def test_a_template_shows_no_day_of_an_instant_in_the_readers_zone_alone():
    names = {"closed_at", "starts_at"}
    for text in ['{{ row.closed_at|date:"d/m/Y" }}', '{{ closed_at|date:"SHORT_DATETIME_FORMAT" }}']:
        assert plain_days.in_template(text, "x.html", names), text
    for text in [
        "{{ row.closed_at|day }}", '{{ row.closed_at|date:"H:i" }}', '{{ row.closed_at|date:"c" }}',
        '{{ row.due|date:"d/m/Y" }}', '{{ starts_at|date:"D d/m" }} {{ starts_at|day_in_brasilia }}',
    ]:  # fmt: skip
        assert not plain_days.in_template(text, "x.html", names), text


def test_no_module_and_no_template_does_it():
    assert plain_days.findings() == []
    assert {"started_at", "closed_at"} <= plain_days.instants(
        plain_days.ast.parse(path.read_text(encoding="utf-8")) for path in plain_days.ROOT.glob("apps/**/models/*.py")
    )


def test_an_instant_without_the_day_is_an_error_and_no_day():
    with pytest.raises(ValueError, match="naive"):
        clock.day_of(datetime(2026, 3, 1, 9))  # noqa: DTZ001
    assert clock.instant_of(date(2026, 3, 1), time(21, 30)) == datetime(2026, 3, 2, 0, 30, tzinfo=UTC)
    assert clock.reader_zone() == ZoneInfo("America/Sao_Paulo")
