"""No list sends all that there is."""

import pytest
from django.urls import reverse

from apps.companies.models import Company
from apps.core.web.pages import ROWS_OF_A_PAGE
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import api
from tests.companies.factories import CompanyFactory
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory

pytestmark = pytest.mark.django_db


def test_companies_come_in_pages_and_are_found_by_name_and_number(client_for):
    rollout = RolloutFactory()
    Company.objects.bulk_create(CompanyFactory.build() for _number in range(ROWS_OF_A_PAGE))
    browser, url = client_for(rollout.people["pm"]), reverse("companies:list")
    first, last = browser.get(url).context["page"], browser.get(url, {"page": 2}).context["page"]
    assert len(first) == ROWS_OF_A_PAGE
    assert {company.pk for company in (*first, *last)} == set(Company.objects.values_list("pk", flat=True))
    sought = Company.objects.last()
    assert list(browser.get(url, {"q": sought.trade_name.upper()}).context["page"]) == [sought]
    assert list(browser.get(url, {"q": sought.cnpj}).context["page"]) == [sought]


def test_the_api_leads_from_page_to_page_of_rollouts(client_for, monkeypatch):
    monkeypatch.setattr(api, "ROLLOUTS", 2)
    rollouts = [RolloutFactory() for _number in range(5)]
    browser, url, seen = client_for(rollouts[0].people["pm"]), "/api/rollouts/?situation=open", []
    for _page in range(3):
        answer = browser.get(url)
        seen.append([row["id"] for row in answer.json()])
        url = answer.get("Link", "<>").removesuffix('; rel="next"')[1:-1]
    assert [len(page) for page in seen] == [2, 2, 1]
    assert url == ""
    assert [pk for page in seen for pk in page] == [rollout.pk for rollout in reversed(rollouts)]


def test_the_review_shows_the_page_of_the_delivery_that_is_read(client_for, monkeypatch):
    monkeypatch.setattr("apps.prerequisites.review.ROWS_OF_A_PAGE", 2)
    rollout = RolloutFactory()
    deliveries = [
        Submission.objects.create(
            prerequisite=PrerequisiteFactory(rollout=rollout, state=Prerequisite.State.SUBMITTED),
            number=1,
            text="x",
            submitted_by=rollout.people["client"],
        )
        for _number in range(5)
    ]
    browser, url = client_for(rollout.people["pm"]), reverse("prerequisites:review")
    assert browser.get(url).context["waiting"] == deliveries[:2]
    answer = browser.get(url, {"delivery": deliveries[2].pk})
    assert answer.context["waiting"] == deliveries[2:4]
    assert (answer.context["current"], answer.context["place"]) == (deliveries[2], 3)
    assert browser.get(url, {"delivery": deliveries[2].pk, "page": 3}).context["current"] == deliveries[4]
    Submission.objects.filter(pk=deliveries[4].pk).update(decision="accepted")
    assert browser.get(url, {"after": deliveries[4].pk}).context["current"] == deliveries[0]
