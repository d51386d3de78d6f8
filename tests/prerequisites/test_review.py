"""The review page: what waits, several accepted at once, what somebody else decided meanwhile."""

import pytest
from django.urls import reverse

from apps.prerequisites import actions
from apps.prerequisites.models import Prerequisite, Submission
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db

URL = "/conferencia/"


@pytest.fixture
def rollout():
    return RolloutFactory()


def delivered(rollout, **fields):
    item = PrerequisiteFactory(rollout=rollout, **fields)
    return actions.submit(item, by=rollout.people["client"], text="Feito")


def states(*submissions):
    return [Prerequisite.objects.get(submissions=one).state for one in submissions]


def signed_in(client, user):
    client.force_login(user)
    return client


def test_it_shows_ones_own_rollouts_everybodys_or_one(client, rollout):
    mine, others = delivered(rollout), delivered(RolloutFactory())
    page = signed_in(client, rollout.people["pm"])
    assert page.get(URL).context["waiting"] == [mine]
    assert page.get(URL, {"scope": "all"}).context["waiting"] == [mine, others]
    of_one = page.get(URL, {"rollout": others.prerequisite.rollout_id})
    assert of_one.context["waiting"] == [others]


@pytest.mark.parametrize("person", ["client", "client_member", "integrator", "platform", "stranger"])
def test_it_is_for_presences_reviewers(client, rollout, person):
    submission = delivered(rollout)
    page = signed_in(client, rollout.people[person])
    assert page.get(URL).status_code == 403
    assert page.post(URL + "aceitar/", {"delivery": submission.pk}).status_code == 403
    assert page.post(f"{URL}{submission.pk}/devolver/", {"reason": "x"}).status_code == 403
    assert states(submission) == ["submitted"]


def test_several_are_accepted_at_once_and_one_that_cannot_be_is_named(client, rollout):
    first, second, third = (delivered(rollout) for _ in range(3))
    actions.reject(second.prerequisite, by=rollout.people["analyst"], reason="Falta a URL")
    page = signed_in(client, rollout.people["pm"])
    answer = page.post(URL + "aceitar/", {"delivery": [first.pk, second.pk, third.pk]}, follow=True)
    assert states(first, second, third) == ["accepted", "rejected", "accepted"]
    said = [str(message) for message in answer.context["messages"]]
    assert "2 entregas aceitas." in said
    assert any(str(rollout.people["analyst"]) in text and "Falta a URL" in text for text in said)


@pytest.mark.parametrize("junk", ["²", "٣", "x", "-1", "9" * 30])
def test_what_is_no_delivery_is_passed_over(client, rollout, junk):
    page = signed_in(client, rollout.people["pm"])
    answer = page.post(URL + "aceitar/", {"delivery": junk, "current": junk}, follow=True)
    assert answer.status_code == 200
    assert page.get(URL, {"delivery": junk, "after": junk}).status_code == 200


def test_a_newer_delivery_than_the_one_read_is_not_accepted_unread(client, rollout):
    first = delivered(rollout)
    Submission.objects.create(
        prerequisite=first.prerequisite, number=2, text="Outra", submitted_by=rollout.people["client"]
    )
    page = signed_in(client, rollout.people["pm"])
    answer = page.post(URL + "aceitar/", {"delivery": first.pk}, follow=True)
    assert "Chegou outra entrega" in str(next(iter(answer.context["messages"])))
    assert states(first) == ["submitted"]


def test_nothing_marked_is_said(client, rollout):
    page = signed_in(client, rollout.people["pm"])
    assert "ao menos uma" in str(next(iter(page.post(URL + "aceitar/", follow=True).context["messages"])))


def test_after_a_decision_the_next_one_is_read(client, rollout):
    first, second, third = (delivered(rollout) for _ in range(3))
    page = signed_in(client, rollout.people["pm"])
    answer = page.post(URL + "aceitar/", {"delivery": second.pk, "current": second.pk}, follow=True)
    assert answer.context["current"] == third
    assert first in answer.context["waiting"]


def test_returning_one_with_a_reason_on_one_field(client, rollout):
    item = PrerequisiteFactory(rollout=rollout, credential=True)
    submission = actions.submit(item, by=rollout.people["client"], values={"account": "a", "token": "t"})
    page = signed_in(client, rollout.people["analyst"])
    url = reverse("prerequisites:review_send_back", args=[submission.pk])
    assert page.post(url, {"reason": " "}).status_code == 422
    assert page.post(url, {"reason": "Sem permissão", "wrong": ["token"]}).status_code == 302
    assert Prerequisite.objects.get(pk=item.pk).asked_again == ["token"]


def test_returning_what_somebody_else_decided_says_who(client, rollout):
    submission = delivered(rollout)
    actions.accept(submission.prerequisite, by=rollout.people["analyst"])
    page = signed_in(client, rollout.people["pm"])
    answer = page.post(f"{URL}{submission.pk}/devolver/", {"reason": "x"}, follow=True)
    assert f"{rollout.people['analyst']} já aceitou" in str(next(iter(answer.context["messages"])))
    assert states(submission) == ["accepted"]


def test_opening_what_was_decided_meanwhile_says_so(client, rollout):
    gone, _still = delivered(rollout), delivered(rollout)
    actions.accept(gone.prerequisite, by=rollout.people["analyst"])
    answer = signed_in(client, rollout.people["pm"]).get(URL, {"delivery": gone.pk})
    assert "já aceitou" in str(next(iter(answer.context["messages"])))


def test_the_page_asks_the_database_as_often_for_many_deliveries_as_for_few(client, django_assert_max_num_queries):
    rollout = RolloutFactory()
    page = signed_in(client, rollout.people["pm"])
    page.get(URL)  # What the first request alone asks is not counted.
    counts = []
    for many in (3, 12):
        for _ in range(many):
            delivered(rollout)
        with django_assert_max_num_queries(45) as asked:
            page.get(URL)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_first_page_leads_to_it(client, rollout):
    delivered(rollout)
    assert URL in signed_in(client, rollout.people["pm"]).get("/").content.decode()


def test_what_is_being_read_stays_open_when_others_are_accepted(client, rollout):
    first, second, third = (delivered(rollout) for _ in range(3))
    page = signed_in(client, rollout.people["pm"])
    answer = page.post(URL + "aceitar/", {"delivery": first.pk, "current": second.pk}, follow=True)
    assert answer.context["current"] == second
    assert answer.context["waiting"] == [second, third]
