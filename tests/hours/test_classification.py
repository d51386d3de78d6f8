"""The hour rules: the tables of docs/hours.md as cases, and their invariants against a slow reference."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core import money
from apps.core.minutes import parse
from apps.hours.classification import Activity, HourClass, Rules, Work, classify, explain

RULES = Rules(training_allowance=240, homologation_allowance=360, hourly_rate=25000)
START = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))


def entries(*specs):
    """``("training", "3h30")`` or ``("homologation", "2h00", "NC-2")``, one a day."""
    return [
        Work(number, START + timedelta(days=number), parse(spec[1]), spec[0], spec[2] if len(spec) > 2 else "")
        for number, spec in enumerate(specs, start=1)
    ]


def short(lines):
    return [(line.entry, line.minutes, line.hour_class) for line in lines]


INC, B, F = "included", "billable", "free"
TABLE = [
    ([("training", "3h30"), ("training", "1h00")], [(1, 210, INC), (2, 30, INC), (2, 30, B)]),
    (
        [("homologation", "5h00"), ("homologation", "2h00", "NC-2"), ("homologation", "1h30")],
        [(1, 300, INC), (2, 120, F), (3, 60, INC), (3, 30, B)],
    ),
    ([("homologation", "7h00", "NC-1"), ("homologation", "6h00")], [(1, 420, F), (2, 360, INC)]),
    ([("follow_up", "0h45")], [(1, 45, B)]),
    ([("training", "4h00"), ("training", "0h01")], [(1, 240, INC), (2, 1, B)]),
    ([("training", "5h00"), ("homologation", "5h00")], [(1, 240, INC), (1, 60, B), (2, 300, INC)]),
    ([("kickoff", "8h00"), ("go_live", "9h00"), ("internal", "3h00")], [(1, 480, INC), (2, 540, INC), (3, 180, INC)]),
]


@pytest.mark.parametrize(("given_entries", "expected"), TABLE)
def test_the_designs_tables(given_entries, expected):
    assert short(classify(entries(*given_entries), RULES)) == expected


def test_the_reasons_read_as_a_client_accepts_them():
    lines = classify(entries(("training", "3h30"), ("training", "1h00")), RULES)
    assert [explain(line.reason, line.params, line.minutes) for line in lines] == [
        "Treinamento: dentro da franquia, 3h30 de 4h00 usadas",
        "Treinamento: dentro da franquia, 4h00 de 4h00 usadas",
        "Treinamento: 4h00 da franquia já usadas até 04/03; 0h30 excedentes",
    ]
    free = classify(entries(("homologation", "2h00", "NC-2")), RULES)[0]
    assert "NC-2" in explain(free.reason, free.params, free.minutes)


def test_only_billable_lines_have_a_price():
    lines = classify(entries(("training", "5h00"), ("homologation", "2h00", "NC-1")), RULES)
    assert [line.amount for line in lines] == [0, 25000, 0]


def test_an_adjustment_takes_back_what_was_billed_first_and_frees_the_allowance():
    closed = classify(entries(("training", "5h00")), RULES)
    later = [
        Work(2, START + timedelta(days=40), -90, "training", adjusts=1),
        Work(3, START + timedelta(days=41), 60, "training"),
    ]
    assert short(classify(later, RULES, closed)) == [(2, -60, B), (2, -30, INC), (3, 30, INC), (3, 30, B)]
    assert classify(later, RULES, closed)[0].amount == -25000


def test_an_adjustment_cannot_take_back_more_than_there_is():
    closed = classify(entries(("training", "1h00")), RULES)
    with pytest.raises(ValueError, match="takes back"):
        classify([Work(2, START, -61, "training", adjusts=1)], RULES, closed)


works = st.lists(
    st.tuples(
        st.integers(0, 20), st.integers(1, 700), st.sampled_from(Activity.values), st.booleans()
    ),
    max_size=25,
).map(
    lambda rows: [
        Work(number, START + timedelta(days=day), minutes, activity, "NC-1" * (nc and activity == "homologation"))
        for number, (day, minutes, activity, nc) in enumerate(rows, start=1)
    ]
)  # fmt: skip
rules = st.builds(
    Rules,
    training_allowance=st.integers(0, 600),
    homologation_allowance=st.integers(0, 600),
    hourly_rate=st.integers(0, 90000),
)


def reference(given_works, policy):
    """Minute by minute, as a person with a pencil would: ``{entry: {class: minutes}}``."""
    left = {"training": policy.training_allowance, "homologation": policy.homologation_allowance}
    result = defaultdict(Counter)
    for work in sorted(given_works, key=lambda work: (work.started_at, work.number)):
        for _minute in range(work.minutes):
            if work.nonconformity:
                hour_class = "free"
            elif work.activity == "follow_up":
                hour_class = "billable"
            elif work.activity not in left:
                hour_class = "included"
            elif left[work.activity] > 0:
                left[work.activity] -= 1
                hour_class = "included"
            else:
                hour_class = "billable"
            result[work.number][hour_class] += 1
    return result


@given(works, rules)
def test_the_lines_agree_with_the_slow_reference(given_works, policy):
    result = defaultdict(Counter)
    for line in classify(given_works, policy):
        result[line.entry][line.hour_class] += line.minutes
    assert result == reference(given_works, policy)


@given(works, rules)
def test_the_lines_of_an_entry_sum_to_the_entry(given_works, policy):
    sums = Counter()
    for line in classify(given_works, policy):
        assert line.minutes > 0
        sums[line.entry] += line.minutes
    assert sums == {work.number: work.minutes for work in given_works}


@given(works, rules)
def test_no_allowance_is_used_beyond_its_size(given_works, policy):
    used = Counter()
    for line in classify(given_works, policy):
        used[line.allowance] += line.minutes if line.allowance else 0
    assert used["training"] <= policy.training_allowance
    assert used["homologation"] <= policy.homologation_allowance


@given(works, rules, st.randoms())
def test_the_order_of_insertion_does_not_matter(given_works, policy, random):
    shuffled = list(given_works)
    random.shuffle(shuffled)
    assert classify(shuffled, policy) == classify(given_works, policy)


@given(works, rules)
def test_time_caused_by_a_nonconformity_is_never_billed(given_works, policy):
    caused = {work.number for work in given_works if work.nonconformity}
    assert {line.hour_class for line in classify(given_works, policy) if line.entry in caused} <= {HourClass.FREE}


@given(works, rules, st.integers(0, 20))
def test_closing_part_of_the_record_does_not_change_the_rest(given_works, policy, cut):
    whole = classify(given_works, policy)
    early = [work for work in given_works if work.started_at < START + timedelta(days=cut)]
    late = [work for work in given_works if work not in early]
    closed = classify(early, policy)
    assert short(closed + classify(late, policy, closed)) == short(whole)


@given(st.integers(-5000, 5000), st.integers(0, 100000))
def test_a_price_is_the_nearest_centavo(minutes, rate):
    assert abs(60 * money.for_minutes(minutes, rate) - minutes * rate) <= 30
