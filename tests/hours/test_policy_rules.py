"""Invariants over versions of a policy, rounding and adjustments, against the slow reference."""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from apps.hours.classification import Activity, HourClass, Rounding, Rules, Work, classify, in_force
from tests.hours.reference import charged as slowly_charged
from tests.hours.reference import reference

START = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("America/Sao_Paulo"))


@st.composite
def scenes(draw):
    """Versions of a policy, entries of the first 20 days, and adjustments after day 40 that take back what there is."""
    rates = st.none() | st.integers(0, 90000)
    versions = draw(
        st.lists(
            st.builds(
                Rules,
                training_allowance=st.integers(0, 400),
                homologation_allowance=st.integers(0, 400),
                hourly_rate=st.integers(0, 90000),
                training_rate=rates,
                follow_up_rate=rates,
                homologation_rate=rates,
                increment=st.integers(1, 60),
                rounding=st.sampled_from(Rounding.values),
                effective_from=st.integers(-5, 25).map(lambda day: (START + timedelta(days=day)).date()),
            ),
            min_size=1,
            max_size=4,
        )
    )
    rows = draw(
        st.lists(
            st.tuples(st.integers(0, 20), st.integers(1, 300), st.sampled_from(Activity.values), st.booleans()),
            max_size=12,
        )
    )
    works = [
        Work(number, START + timedelta(days=day), minutes, activity, "NC-1" * (nc and activity == "homologation"))
        for number, (day, minutes, activity, nc) in enumerate(rows, start=1)
    ]
    left = {work.number: work.minutes for work in works}
    for place in range(draw(st.integers(0, 4)) if works else 0):
        first = draw(st.sampled_from(works[: len(rows)]))
        minutes = draw(st.integers(-left[first.number], 120))
        if minutes:
            left[first.number] += minutes
            works.append(
                replace(
                    first, number=len(works) + 1, started_at=START + timedelta(days=40 + place), minutes=minutes,
                    adjusts=first.number, worked_on=first.started_at.date(),
                )
            )  # fmt: skip
    return works, versions


@given(scenes())
def test_minutes_and_centavos_agree_with_the_slow_reference(scene):
    works, versions = scene
    found = defaultdict(dict)
    for line in classify(works, versions):
        minutes, amount = found[line.entry].get(line.hour_class, (0, 0))
        found[line.entry][line.hour_class] = (minutes + line.minutes, amount + line.amount)
    assert found == reference(works, versions)


@given(scenes())
def test_the_lines_of_an_entry_sum_to_the_entry_whatever_is_charged(scene):
    works, versions = scene
    sums = Counter()
    for line in classify(works, versions):
        sums[line.entry] += line.minutes
    assert sums == {work.number: work.minutes for work in works}


@given(scenes())
def test_what_an_entry_and_its_adjustments_are_charged_is_their_billable_minutes_rounded_once(scene):
    works, versions = scene
    first = {work.number: work.adjusts or work.number for work in works}
    day = {work.number: work.started_at.date() for work in works}
    minutes, charged = Counter(), Counter()
    for line in classify(works, versions):
        if line.hour_class == HourClass.BILLABLE:
            minutes[first[line.entry]] += line.minutes
            charged[first[line.entry]] += line.charged
        else:
            assert (line.charged, line.amount) == (0, 0)
    for number, total in minutes.items():
        assert charged[number] == slowly_charged(total, in_force(versions, day[number]))


@given(scenes())
def test_an_included_line_never_takes_an_allowance_beyond_its_size_of_the_day(scene):
    works, versions = scene
    started = {work.number: work.started_at.date() for work in works}
    used = Counter()
    for line in classify(works, versions):
        if line.allowance:
            used[line.allowance] += line.minutes
            if line.minutes > 0:
                assert used[line.allowance] <= in_force(versions, started[line.entry]).allowance(line.allowance)
            assert used[line.allowance] >= 0


@given(scenes(), st.randoms())
def test_neither_the_order_of_entry_nor_that_of_versions_of_other_days_matters(scene, random):
    works, versions = scene
    shuffled = list(works)
    random.shuffle(shuffled)
    once = {version.effective_from: version for version in versions}
    mixed = list(once.values())
    random.shuffle(mixed)
    assert classify(shuffled, mixed) == classify(works, list(once.values()))


@given(scenes(), st.integers(0, 45))
def test_what_is_closed_is_never_rewritten_by_what_comes_later(scene, cut):
    """Entries and versions of the days after a closing leave the lines of the days before as they were."""
    works, versions = scene
    end = (START + timedelta(days=cut)).date()
    early = [work for work in works if work.started_at.date() < end]
    before = [version for version in versions if version.effective_from < end] or [
        min(versions, key=lambda version: version.effective_from)
    ]
    assert classify(works, versions)[: len(classify(early, before))] == classify(early, before)


@given(scenes(), st.integers(0, 45))
def test_going_on_from_closed_lines_is_the_same_as_classifying_everything(scene, cut):
    works, versions = scene
    early = [work for work in works if work.started_at < START + timedelta(days=cut)]
    late = [work for work in works if work.started_at >= START + timedelta(days=cut)]
    first = {work.number: work.adjusts or work.number for work in works}
    done = classify(early, versions)
    closed = [replace(line, entry=first[line.entry]) for line in done]
    whole = [
        (line.entry, line.minutes, line.hour_class, line.charged, line.amount) for line in classify(works, versions)
    ]
    parts = [
        (line.entry, line.minutes, line.hour_class, line.charged, line.amount)
        for line in done + classify(late, versions, closed)
    ]
    assert parts == whole
