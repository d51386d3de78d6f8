"""What is due is reminded of: on the days that were agreed, to who takes care of it, in one message a day."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.companies.models import Role
from apps.core import clock
from apps.core.models import UnfinishedWork
from apps.core.process import Gate, PartyRole, Stage
from apps.notices import actions
from apps.notices.models import Digest, Reminder
from apps.notices.tasks import remind, send_notices
from apps.rollouts import gates
from apps.rollouts.models import Assignment, Rollout, Waiver
from presence_rollout.ops.multiply import multiply
from tests import read_model
from tests.companies.factories import a_person
from tests.notices.factories import DigestFactory, PreferenceFactory
from tests.rollouts.asking import rules_of_the_test
from tests.rollouts.factories import OpenRequirementFactory, RolloutFactory, at_stage

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(monkeypatch):
    """``owed(rollout, key, days)``: something with a date ``days`` from today, at the first gate or ahead of it."""
    asked, early = [], []

    def checker(rows):
        return lambda rollout: [requirement for pk, requirement in rows if pk == rollout.pk]

    rules = rules_of_the_test(monkeypatch)
    rules[Gate.START_DEVELOPMENT].append(checker(asked))
    rules[None].append(checker(early))

    def owe(rollout, key, days, by=PartyRole.CLIENT, *, ahead=False):
        due = None if days is None else clock.today() + timedelta(days=days)
        rows = early if ahead else asked
        rows.append((rollout.pk, gates.Requirement(key, f"Entregar {key}", by, clock.now(), "/x/", True, due=due)))

    owe.settle = asked.clear
    return owe


@pytest.fixture
def rollout():
    return RolloutFactory()


def reminded():
    """The rules of these tests change without a row being written."""
    read_model.written()
    read_model.follow()
    remind()


def run():
    reminded()
    send_notices()


def told(mailoutbox):
    return sorted(message.to[0] for message in mailoutbox)


@pytest.mark.parametrize(
    ("days", "words"), [(3, "vence em 3 dias"), (0, "vence hoje"), (-7, "atrasado há 7 dias"), (-21, "atrasado há 21")]
)
def test_three_days_before_on_the_day_and_every_week_late(days, words, owed, rollout, mailoutbox):
    owed(rollout, "a", days)
    run()
    people = rollout.people
    assert told(mailoutbox) == sorted([people["client"].email, people["client_member"].email])
    assert words in mailoutbox[0].body
    assert "Entregar a" in mailoutbox[0].body
    assert str(rollout) in mailoutbox[0].body
    assert f"{settings.SITE_URL}/x/" in mailoutbox[0].body


@pytest.mark.parametrize("days", [4, 2, 1, -1, -6, -8, None])
def test_on_no_other_day(days, owed, rollout, mailoutbox):
    owed(rollout, "a", days)
    run()
    assert mailoutbox == []


def test_what_may_be_settled_ahead_is_reminded_of_too(owed, rollout, mailoutbox):
    owed(rollout, "a", 0, PartyRole.INTEGRATOR, ahead=True)
    run()
    assert told(mailoutbox) == [rollout.people["integrator"].email]


def test_what_was_waived_is_not(owed, rollout, mailoutbox):
    owed(rollout, "a", 0)
    Waiver.objects.create(
        rollout=rollout, gate=Gate.START_DEVELOPMENT, requirement="a", text="x", reason="x",
        waived_by=rollout.people["manager"],
    )  # fmt: skip
    run()
    assert mailoutbox == []


@pytest.mark.parametrize("why", ["on hold", "cancelled"])
def test_a_project_that_rests_reminds_nobody(why, owed, rollout, mailoutbox):
    owed(rollout, "a", 0)
    if why == "on hold":
        rollout.holds.create(reason="x", caused_by="client")
    else:
        at_stage(rollout, Stage.CANCELLED)
    run()
    assert mailoutbox == []


class TestWho:
    def test_only_whom_it_was_handed_to(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0)
        membership = rollout.people["client_member"].memberships.get()
        Assignment.objects.create(rollout=rollout, requirement="a", membership=membership)
        run()
        assert told(mailoutbox) == [rollout.people["client_member"].email]

    def test_the_whole_company_when_that_person_cannot_sign_in_any_more(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0)
        gone = rollout.people["client_member"]
        Assignment.objects.create(rollout=rollout, requirement="a", membership=gone.memberships.get())
        User.objects.filter(pk=gone.pk).update(is_active=False)
        run()
        assert told(mailoutbox) == [rollout.people["client"].email]

    def test_presences_own_only_the_project_manager(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0, PartyRole.PRESENCE)
        run()
        assert told(mailoutbox) == [rollout.people["pm"].email]

    def test_not_who_switched_reminders_off_before_or_after_they_were_made(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0)
        PreferenceFactory(user=rollout.people["client"], reminders=False)
        reminded()
        assert Digest.objects.get().user == rollout.people["client_member"]
        PreferenceFactory(user=rollout.people["client_member"], reminders=False)
        send_notices()
        assert mailoutbox == []

    def test_each_in_their_own_language(self, owed, rollout, mailoutbox):
        User.objects.filter(pk=rollout.people["client"].pk).update(language="en")
        owed(rollout, "a", -7)
        run()
        english = next(message for message in mailoutbox if message.to == [rollout.people["client"].email])
        assert english.subject == "1 item with a due date"
        assert "7 days late" in english.body


class TestOneMessageADay:
    def test_all_matters_of_all_projects_stand_in_one_the_most_late_first(self, owed, rollout, mailoutbox):
        second = RolloutFactory(client=rollout.company("client"))
        person = a_person(second.company("integrator"), Role.LEAD, name="Rita")
        second.parties.filter(role="integrator").update(company=rollout.company("integrator"))
        owed(rollout, "a", 3, PartyRole.INTEGRATOR)
        owed(second, "b", -14, PartyRole.INTEGRATOR)
        run()
        [message] = mailoutbox
        assert message.to == [rollout.people["integrator"].email] != [person.email]
        assert message.subject == "2 pendências com prazo"
        assert message.body.index("Entregar b") < message.body.index("Entregar a")
        assert Reminder.objects.count() == 2

    def test_running_again_sends_nothing_more(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0, PartyRole.INTEGRATOR)
        run()
        owed(rollout, "b", 0, PartyRole.INTEGRATOR)
        run()
        assert len(mailoutbox) == 1

    def test_the_next_date_reminds_again(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0, PartyRole.INTEGRATOR)
        for days in range(15):
            with clock.at(clock.now() + timedelta(days=days)):
                run()
        assert len(mailoutbox) == 3

    def test_the_database_holds_one_digest_a_day_and_one_line_a_matter(self, rollout):
        digest = DigestFactory()
        with pytest.raises(IntegrityError), transaction.atomic():
            DigestFactory(user=digest.user, day=digest.day)
        Reminder.objects.create(digest=digest, rollout=rollout, requirement="a")
        with pytest.raises(IntegrityError), transaction.atomic():
            Reminder.objects.create(digest=digest, rollout=rollout, requirement="a")

    def test_what_was_settled_before_it_is_sent_falls_out(self, owed, rollout, mailoutbox):
        owed(rollout, "a", 0, PartyRole.INTEGRATOR)
        reminded()
        owed.settle()
        read_model.written()
        send_notices()
        assert mailoutbox == []
        assert Digest.objects.get().dropped_at

    def test_a_failure_is_tried_again(self, owed, rollout, mailoutbox, monkeypatch):
        owed(rollout, "a", 0, PartyRole.INTEGRATOR)
        with monkeypatch.context() as patched:
            patched.setattr(EmailMessage, "send", lambda message: 1 / 0)
            run()
        with clock.at(UnfinishedWork.objects.get().next_try_at):
            send_notices()
        assert len(mailoutbox) == 1


def test_with_nothing_due_the_task_asks_the_same_for_any_number_of_projects(django_assert_max_num_queries):
    RolloutFactory.create_batch(3)
    with django_assert_max_num_queries(7):  # Two of them keep how the run went.
        remind()


class TestManyProjects:
    @pytest.fixture
    def rollout(self, rollout):
        OpenRequirementFactory(rollout=rollout, due=clock.today(), owed_by="client")
        read_model.forget()
        return rollout

    def test_a_hundred_cost_as_many_queries_as_ten(self, rollout):
        multiply(Rollout.objects.filter(pk=rollout.pk), 9)
        with CaptureQueriesContext(connection) as of_ten:
            remind()
        assert Reminder.objects.count() == 20
        Digest.objects.all().delete()
        read_model.forget()
        multiply(Rollout.objects.filter(pk=rollout.pk), 90)
        with CaptureQueriesContext(connection) as of_a_hundred:
            remind()
        assert Reminder.objects.count() == 200
        assert len(of_a_hundred) <= len(of_ten) <= 28

    def test_what_was_interrupted_goes_on_where_it_was_and_is_sent_once(self, rollout, mailoutbox, monkeypatch):
        multiply(Rollout.objects.filter(pk=rollout.pk), 2)
        monkeypatch.setattr(actions, "BATCH", 1)
        made, remind_of_many = [], actions._remind_of_many

        def killed(keys, run, today):
            if len(made) == 2:
                raise SystemExit
            made.extend(keys)
            return remind_of_many(keys, run, today)

        with monkeypatch.context() as patched:
            patched.setattr(actions, "_remind_of_many", killed)
            with pytest.raises(SystemExit):
                remind()
        assert Reminder.objects.count() == 4
        send_notices()
        assert mailoutbox == []
        with monkeypatch.context() as patched:
            patched.setattr(
                actions,
                "_remind_of_many",
                lambda keys, run, today: made.extend(keys) or remind_of_many(keys, run, today),
            )
            remind()
        assert made == list(Rollout.objects.order_by("pk").values_list("pk", flat=True))
        send_notices()
        assert told(mailoutbox) == sorted([rollout.people["client"].email, rollout.people["client_member"].email])
        assert Reminder.objects.count() == 6
