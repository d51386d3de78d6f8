"""A nonconformity is told to the company that mends it, and its end to Presence too."""

import pytest

from apps.notices.tasks import send_notices
from apps.stages.homologation.nonconformities import actions as nonconformities
from tests.homologation.conftest import rollout, script, standing_script  # noqa: F401 - fixtures
from tests.homologation.test_homologation import FAILURE, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def found(rollout, script, mailoutbox):  # noqa: F811
    """NC-1, the integrator's, told already."""
    report(script, rollout, **FAILURE)
    send_notices()
    return rollout.nonconformities.get()


def told(mailoutbox, rollout):  # noqa: F811
    """Who was told, by their name in the scene."""
    names = {person.email: name for name, person in rollout.people.items()}
    people = sorted(names[message.to[0]] for message in mailoutbox)
    mailoutbox.clear()
    return people


def test_its_opening_is_told_to_its_owner_alone_and_leads_to_its_page(rollout, found, mailoutbox):  # noqa: F811
    message = mailoutbox[0]
    assert f"/projetos/{rollout.pk}/homologacao/nc/1/" in message.body
    assert "NC-1" in message.subject
    assert told(mailoutbox, rollout) == ["integrator"]


def test_its_correction_is_told_to_the_project_manager_and_never_to_who_made_it(rollout, found, mailoutbox):  # noqa: F811
    mailoutbox.clear()
    nonconformities.mark_fixed(found, by=rollout.people["integrator"], fix_version="1.1")
    send_notices()
    assert told(mailoutbox, rollout) == ["pm"]
    nonconformities.reopen(found, by=rollout.people["client"], reason="Continua")
    send_notices()
    assert "Continua" in mailoutbox[0].body
    assert told(mailoutbox, rollout) == ["integrator"]


def test_a_message_is_told_without_its_words(rollout, found, mailoutbox):  # noqa: F811
    mailoutbox.clear()
    nonconformities.comment(found, by=rollout.people["client"], text="Palavras que ficam no sistema")
    send_notices()
    assert "Palavras" not in mailoutbox[0].body
    assert told(mailoutbox, rollout) == ["integrator", "pm"]


def test_an_owner_that_changed_is_the_one_who_is_told(rollout, found, mailoutbox):  # noqa: F811
    mailoutbox.clear()
    nonconformities.change(found, by=rollout.people["pm"], severity="minor", owner="platform")
    nonconformities.comment(found, by=rollout.people["pm"], text="Agora é com vocês")
    send_notices()
    assert told(mailoutbox, rollout) == ["platform"]
