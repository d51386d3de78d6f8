"""No list sends all that there is."""

import pytest
from django.urls import reverse

from apps.companies.models import Company
from apps.core import clock
from apps.core.web import pages
from apps.core.web.pages import ROWS_OF_A_PAGE
from apps.prerequisites.models import Prerequisite, Submission
from apps.rollouts import api
from tests.companies.factories import CompanyFactory
from tests.homologation.factories import NonconformityCommentFactory, NonconformityFactory, ResultFactory
from tests.homologation.test_homologation import make_script
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


class TestListsWithinOneProject:
    """What may grow without end in one project comes in pages; nothing of it is left out."""

    MOST = 3

    @pytest.fixture(autouse=True)
    def short_pages(self, monkeypatch):
        monkeypatch.setattr(pages.page_of, "__defaults__", (self.MOST,))

    def all_rows(self, browser, url, name, parameter):
        """The rows that the pages hold under ``name``, page after page."""
        first = browser.get(url, {parameter: 1}).context[name]
        assert first.paginator.num_pages > 1
        return [
            row for number in first.paginator.page_range for row in browser.get(url, {parameter: number}).context[name]
        ]

    def test_progress_notes_and_deliveries(self, client_for):
        rollout = RolloutFactory()
        for number in range(self.MOST + 1):
            rollout.progress_notes.create(percent=number, text="x", written_by=rollout.people["integrator"])
            rollout.deliveries.create(version=number, notes="x", declared_by=rollout.people["integrator"])
        browser, url = client_for(rollout.people["pm"]), reverse("development:room", args=[rollout.pk])
        assert self.all_rows(browser, url, "notes", "notes") == list(rollout.progress_notes.all())
        assert self.all_rows(browser, url, "deliveries", "deliveries") == list(rollout.deliveries.all())
        assert browser.get(url, {"notes": 2}).context["newest_note"] == rollout.progress_notes.first()

    def test_incidents_of_which_the_open_ones_come_first(self, client_for):
        rollout = RolloutFactory()
        by = {"noted_by": rollout.people["client"], "owner": "integrator", "severity": "minor", "since": clock.now()}
        for number in range(1, self.MOST + 2):
            closed = (
                {"until": clock.now(), "resolution": "x", "resolved_by": rollout.people["pm"]} if number > 1 else {}
            )
            rollout.incidents.create(number=number, what="x", **by, **closed)
        browser, url = client_for(rollout.people["pm"]), reverse("golive:room", args=[rollout.pk])
        rows = self.all_rows(browser, url, "incidents", "incidents")
        assert [incident.number for incident in rows] == [1, *range(self.MOST + 1, 1, -1)]

    def test_nonconformities_and_what_is_written_about_one(self, client_for):
        rollout = RolloutFactory()
        pm = rollout.people["pm"]
        script = make_script(rollout)
        case = script.cases.first()
        for _number in range(self.MOST + 1):
            nonconformity = NonconformityFactory(rollout=rollout, case=case, opened_by=pm)
            ResultFactory(round=script.rounds.first() or script.rounds.create(number=1), case=case, by=pm)
        for _number in range(self.MOST + 1):
            NonconformityCommentFactory(nonconformity=nonconformity, author=pm)
        browser, of_all = client_for(pm), list(rollout.nonconformities.all())
        room, listing = (reverse(f"homologation:{name}", args=[rollout.pk]) for name in ("room", "nonconformities"))
        assert self.all_rows(browser, room, "nonconformities", "nonconformities") == of_all
        assert self.all_rows(browser, listing, "page", "page") == of_all
        detail = reverse("homologation:nonconformity", args=[rollout.pk, nonconformity.number])
        assert self.all_rows(browser, detail, "comments", "comments") == list(nonconformity.comments.all())
        assert list(browser.get(detail).context["comments"]) == [nonconformity.comments.last()]
        url = reverse("homologation:case", args=[rollout.pk, case.code])
        assert self.all_rows(browser, url, "results", "results") == list(case.results.all())
