"""The drill tells what is lost and what is doubled from a journal and the counts of a database."""

import pytest

from presence_rollout.ops.drill import faults, run
from presence_rollout.ops.drill.journal import Journal, Outage, settle

SENT = {"what": "sent", "at": 1.0, "kind": "hours", "mark": "drill-hours-0001"}
ACKNOWLEDGED = SENT | {"what": "acknowledged", "at": 2.0}
FAILED = {"what": "answer", "at": 5.0, "status": 503, "path": "GET /projetos/"}
AWAY = Outage("PostgreSQL killed", begun=4.0, healed=6.0, statuses=frozenset({503}))


def test_what_was_acknowledged_and_is_there_once_is_in_order():
    account = settle([SENT, ACKNOWLEDGED], {"drill-hours-0001": 1}, [])
    assert account.holds
    assert str(account) == "acknowledged 1 (hours 1), lost 0, doubled 0, refused 0, 5xx outside outages 0"


def test_what_was_acknowledged_and_is_not_there_is_lost():
    account = settle([SENT, ACKNOWLEDGED], {}, [])
    assert (account.lost, account.holds) == (["hours drill-hours-0001"], False)


@pytest.mark.parametrize("lines", [[SENT, ACKNOWLEDGED], [SENT]], ids=["acknowledged", "without an answer"])
def test_what_is_there_twice_is_doubled(lines):
    account = settle(lines, {"drill-hours-0001": 2}, [])
    assert (account.doubled, account.holds) == (["drill-hours-0001: 2 times"], False)


@pytest.mark.parametrize("count", [0, 1])
def test_what_was_never_acknowledged_is_there_once_or_not_at_all(count):
    other = [SENT | {"mark": "drill-hours-0002"}, ACKNOWLEDGED | {"mark": "drill-hours-0002"}]
    assert settle([SENT, *other], {"drill-hours-0001": count, "drill-hours-0002": 1}, []).holds


def test_a_drill_in_which_nothing_was_written_is_none():
    assert not settle([], {}, []).holds


def test_a_failure_within_an_outage_that_explains_it_counts_for_nothing():
    assert settle([SENT, ACKNOWLEDGED, FAILED], {"drill-hours-0001": 1}, [AWAY]).holds


@pytest.mark.parametrize("change", [{"at": 7.0}, {"status": 500}, {"status": 0}], ids=["later", "500", "no answer"])
def test_any_other_failure_is_one(change):
    account = settle([SENT, ACKNOWLEDGED, FAILED | change], {"drill-hours-0001": 1}, [AWAY])
    assert (len(account.failures), account.holds) == (1, False)


def test_what_came_back_with_a_question_is_no_success():
    refused = SENT | {"what": "refused", "text": "409"}
    assert settle([SENT, ACKNOWLEDGED, refused], {"drill-hours-0001": 1}, []).refused == ["hours drill-hours-0001: 409"]


def test_a_code_that_was_asked_for_twice_may_be_mailed_twice_and_no_more():
    asked = SENT | {"kind": "code", "mark": "a@example.com"}
    assert settle([asked, asked], {"a@example.com": 2}, []).doubled == []
    assert settle([asked, asked], {"a@example.com": 3}, []).doubled


def test_a_mail_that_is_noted_as_sent_and_never_came_is_lost():
    account = settle([SENT, ACKNOWLEDGED], {"drill-hours-0001": 1}, [])
    account.count_mails({"a@example.com": 1}, {"a@example.com": 2}, again=2)
    assert account.lost == ["mail to a@example.com"]


@pytest.mark.parametrize(("again", "doubled"), [(1, []), (0, ["mail to a@example.com"])])
def test_a_mail_goes_out_again_only_where_a_worker_was_killed(again, doubled):
    account = settle([SENT, ACKNOWLEDGED], {"drill-hours-0001": 1}, [])
    account.count_mails({"a@example.com": 2}, {"a@example.com": 1}, again)
    assert (account.doubled, account.mails_sent_again) == (doubled, 1)


def test_a_line_is_on_the_disk_before_anything_else_happens(tmp_path):
    journal = Journal(tmp_path / "journal")
    journal.write("acknowledged", kind="hours", mark="drill-hours-0001")
    lines = [Journal(tmp_path / "journal").lines() for _reader in range(2)]
    assert [line["mark"] for reader in lines for line in reader] == ["drill-hours-0001"] * 2


def test_the_drill_has_every_fault_and_each_can_be_chosen():
    assert [fault.name for fault in run.chosen(["Redis"])] == ["Redis frozen", "Redis killed"]
    assert run.chosen(None) == faults.FAULTS
