"""What the pages of a project list can be had as files: each by who sees the project, with what the page shows."""

import csv
import io
import json

import pytest
from django.urls import reverse

from apps.core import plugins
from apps.core.exports.tables import FORMATS
from apps.stages.development.models import Delivery
from tests.companies.factories import PersonFactory, a_person
from tests.homologation.conftest import with_a_round
from tests.homologation.factories import NonconformityFactory
from tests.meetings.factories import AttendeeFactory, MeetingFactory
from tests.prerequisites.factories import PrerequisiteFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rollout():
    script = with_a_round()
    rollout = script.rollout
    manager = rollout.people["manager"]
    for severity in ("major", "minor"):
        NonconformityFactory(
            rollout=rollout, case=script.cases.first(), opened_by=manager, severity=severity, title="=1+1"
        )
    AttendeeFactory(meeting=MeetingFactory(rollout=rollout, kind="other", title="Alinhamento"), attended=True)
    PrerequisiteFactory(rollout=rollout)
    Delivery.objects.create(rollout=rollout, version="1.0", notes="Primeira", declared_by=rollout.people["integrator"])
    return rollout


def get(client_for, rollout, role, key, file_format, **query):
    return client_for(rollout.people[role]).get(
        reverse("rollouts:table", args=[rollout.pk, key, file_format]), query, headers={"accept-language": "pt-br"}
    )


def test_every_table_is_had_in_every_format_with_rows(client_for, rollout):
    assert len(plugins.tables()) >= 7
    for key in plugins.tables():
        for file_format in FORMATS:
            answer = get(client_for, rollout, "client", key, file_format)
            assert answer.status_code == 200, (key, file_format)
            assert answer["Content-Disposition"].startswith('attachment; filename="INT-'), key
        rows = json.loads(get(client_for, rollout, "client", key, "json").content)
        assert rows, key
        # What the columns say they are is what the rows hold.
        assert len({tuple(row) for row in rows}) == 1


@pytest.mark.parametrize(("key", "file_format"), [("cases", "pdf"), ("secrets", "csv"), ("cases", "..")])
def test_what_is_none_is_not_found(client_for, rollout, key, file_format):
    assert get(client_for, rollout, "client", key, file_format).status_code == 404


def test_who_does_not_see_the_project_gets_none(client_for, rollout):
    stranger = PersonFactory().company
    browser = client_for(a_person(stranger))
    for key in plugins.tables():
        assert browser.get(reverse("rollouts:table", args=[rollout.pk, key, "csv"])).status_code == 404


def test_nonconformities_are_those_that_the_page_shows(client_for, rollout):
    def numbers(**query):
        return [
            row["number"]
            for row in json.loads(get(client_for, rollout, "client", "nonconformities", "json", **query).content)
        ]

    assert numbers() == [1, 2]
    assert numbers(severity="minor") == [2]
    assert numbers(severity="nonsense") == [1, 2]


def test_people_read_words_and_no_cell_begins_a_formula(client_for, rollout):
    text = get(client_for, rollout, "client", "nonconformities", "csv-excel").content.decode("utf-8-sig")
    first = next(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert (first["Gravidade"], first["O que falhou"], first["Situação"]) == ("Grave", "'=1+1", "Aberta")


def test_each_page_has_the_menu_of_its_table(client_for, rollout):
    pages = {
        "timeline": "rollouts:timeline",
        "open": "rollouts:detail",
        "meetings": "meetings:project",
        "prerequisites": "prerequisites:room",
        "deliveries": "development:room",
        "cases": "homologation:room",
        "nonconformities": "homologation:nonconformities",
    }
    assert set(pages) == set(plugins.tables())
    browser = client_for(rollout.people["client"])
    for key, name in pages.items():
        page = browser.get(reverse(name, args=[rollout.pk])).content.decode()
        for file_format in FORMATS:
            assert f'href="{reverse("rollouts:table", args=[rollout.pk, key, file_format])}' in page, (key, file_format)
