"""The go-live's window by e-mail, with the entry that the reader's calendar takes."""

import pytest

from apps.core import clock
from apps.notices.models import Beginning
from apps.notices.tasks import send_notices
from apps.rollouts import actions as rollouts
from apps.rollouts.models import Rollout
from tests.core.test_calendar import read
from tests.golive.factories import a_rollout_going_live, local
from tests.golive.test_windows import NOW, SPEAKERS, propose, says

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_monday():
    with clock.at(NOW):
        yield


@pytest.fixture
def rollout():
    Beginning.objects.update_or_create(pk=1, defaults={"at": NOW})
    return a_rollout_going_live()


@pytest.fixture
def told(mailoutbox):
    """``told()``: the messages since it was asked before, after everything was told."""

    def more():
        mailoutbox.clear()
        send_notices()
        return list(mailoutbox)

    return more


def entry(message):
    (attachment,) = message.attachments
    assert attachment.mimetype == "text/calendar; method=PUBLISH"
    assert attachment.filename.endswith("-producao.ics")
    return read(attachment.content.encode())


def addresses(rollout, *names):
    return sorted(rollout.people[name].email for name in names)


def to(messages):
    return sorted(message.to[0] for message in messages)


def cancel(rollout):
    rollout = Rollout.objects.get(pk=rollout.pk)
    rollouts.cancel(rollout, by=rollout.project_manager, reason="Contrato encerrado", seen_version=rollout.version)


def test_a_proposal_brings_the_entry_and_another_one_moves_it(rollout, told):
    propose(rollout)
    first = told()
    assert to(first) == addresses(rollout, "client", "platform", "integrator")
    propose(rollout, "2026-08-13T09:00", "2026-08-13T12:00")
    second = told()
    assert to(second) == to(first)
    before, after = entry(first[0]), entry(second[0])
    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"]
    assert after.start == local("2026-08-13T09:00")
    assert after["STATUS"] == "TENTATIVE"


def test_it_is_the_part_of_a_message_that_calendars_look_for(rollout, told):
    propose(rollout)
    parts = [part for part in told()[0].message().walk() if part.get_content_type() == "text/calendar"]
    assert [(part.get_param("method"), part.get_content_charset()) for part in parts] == [("PUBLISH", "utf-8")]
    assert read(parts[0].get_payload(decode=True))["STATUS"] == "TENTATIVE"


def test_once_all_four_said_go_the_four_are_told_and_the_entry_is_confirmed(rollout, told):
    window = propose(rollout)
    told()
    for role in list(SPEAKERS)[:-1]:
        says(rollout, window, role)
        assert told() == []
    says(rollout, window, "client")
    messages = told()
    assert to(messages) == addresses(rollout, "platform", "integrator", "pm")
    assert {entry(message)["STATUS"] for message in messages} == {"CONFIRMED"}
    assert "confirmada pelas quatro partes" in messages[0].subject


def test_four_answers_between_two_runs_are_told_once(rollout, told):
    window = propose(rollout)
    told()
    for role in SPEAKERS:
        says(rollout, window, role)
    assert len(told()) == 3


def test_after_a_no_it_is_tentative_again_and_the_last_go_confirms_it_anew(rollout, told):
    window = propose(rollout)
    for role in SPEAKERS:
        says(rollout, window, role)
    told()
    says(rollout, window, "client", "no_go", reason="Faltam fotos", owner="platform")
    messages = told()
    assert to(messages) == addresses(rollout, "platform", "pm")
    assert {entry(message)["STATUS"] for message in messages} == {"TENTATIVE"}
    says(rollout, window, "client")
    assert {entry(message)["STATUS"] for message in told()} == {"CONFIRMED"}


def test_a_cancelled_rollout_takes_the_entry_back(rollout, told):
    propose(rollout)
    told()
    cancel(rollout)
    messages = told()
    assert to(messages) == addresses(rollout, "client", "platform", "integrator")
    assert {entry(message)["STATUS"] for message in messages} == {"CANCELLED"}


def test_nobody_is_told_of_a_cancelled_rollout_that_had_no_window_ahead(rollout, told):
    window = propose(rollout)
    told()
    with clock.at(window.ends_at):
        cancel(rollout)
        assert told() == []


def test_a_late_message_brings_the_entry_as_it_is_by_then(rollout, told):
    propose(rollout)
    propose(rollout, "2026-08-13T09:00", "2026-08-13T12:00")
    assert {(entry(message)["SEQUENCE"], entry(message).start) for message in told()} == {
        (1, local("2026-08-13T09:00"))
    }


def test_each_reads_it_in_their_language(rollout, told):
    reader = rollout.people["client"]
    reader.language = "en"
    reader.save()
    propose(rollout)
    words = {message.to[0]: entry(message)["SUMMARY"].partition(":")[0] for message in told()}
    assert words[reader.email] == "Go-live"
    assert words[rollout.people["platform"].email] == "Entrada em produção"
