"""How much is typed of people and meetings in a project whose people are known: what is counted here may only become less."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from lxml import html

from apps.core import clock
from apps.core.process import Stage
from tests.companies.factories import PersonFactory
from tests.meetings.factories import marks
from tests.prerequisites.factories import PrerequisiteFactory
from tests.rollouts.factories import RolloutFactory, at_stage

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 8, 31, 12, tzinfo=UTC)


class Typist:
    """Sends the forms of pages as they come, but for what is typed or chosen; ``typed`` are the names of the fields that were
    typed into."""

    def __init__(self, browser) -> None:
        self.browser, self.typed = browser, []

    def send(self, address, field, *, chosen=None, **typed) -> None:
        """Send the form of the page at ``address`` that has ``field``."""
        page = html.fromstring(self.browser.get(address).text)
        (form,) = [form for form in page.forms if field in form.fields]
        values: dict[str, list[str]] = {}
        for name, value in form.form_values():
            values.setdefault(name, []).append(value)
        self.typed += typed
        answer = self.browser.post(form.action or address, values | (chosen or {}) | typed)
        assert answer.status_code == 302, answer.text


@pytest.fixture
def rollout():
    return RolloutFactory()


@pytest.mark.parametrize(("kind", "stage"), [("kickoff", Stage.KICKOFF), ("training", Stage.TRAINING)])
def test_of_a_meeting_its_time_is_typed_and_of_one_that_took_place_as_planned_nothing(kind, stage, rollout, client_for):
    at_stage(rollout, stage)
    people = rollout.people
    with clock.at(MONDAY):
        typist = Typist(client_for(people["pm"]))
        invited = {"present": marks(people["pm"], people["client"], people["integrator"])}
        plan = reverse("meetings:plan", args=[rollout.pk]) + f"?kind={kind}"
        typist.send(plan, "planned_start", chosen=invited, planned_start="2026-09-01T10:00")
    assert typist.typed == ["planned_start"]
    meeting = rollout.meetings.get(kind=kind)
    with clock.at(MONDAY + timedelta(days=2)):
        typist.browser = client_for(people["pm"])
        typist.send(reverse("meetings:record", args=[rollout.pk, meeting.pk]), "started_at")
    assert typist.typed == ["planned_start"]
    meeting.refresh_from_db()
    assert (meeting.state, len(meeting.attended)) == ("held", 3)


def test_of_contacts_that_the_directory_has_nothing_is_typed(rollout, client_for):
    for purpose in ("technical", "decision"):
        PersonFactory(company=rollout.company("client"), emails=[f"{purpose}@flores.com.br"], purposes=[purpose])
    item = PrerequisiteFactory(rollout=rollout, kind="contact")
    typist = Typist(client_for(rollout.people["client"]))
    typist.send(reverse("prerequisites:room", args=[rollout.pk]), "technical")
    assert typist.typed == []
    assert len(item.submissions.get().contacts()) == 2
